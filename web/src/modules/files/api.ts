import { confirming, get, post, problemOf, Problem, type Query, spoken, url, whileHere } from '@/api/client'
import type {
  ContentReport,
  FileFinding,
  FileRef,
  FileUsage,
  LibraryItem,
  OlderVersion,
  Page,
  SecretHit,
  SecretWords,
  SecretWordsView,
  TablePage,
} from '@/api/types'
import { uuid } from '@/lib/id'
import { RESUMABLE_FROM, type Sending, sendInPieces, type Standing } from './resume'
import { line, memory } from './tus'

export const contentUrl = (id: string) => url(`/files/${id}/content`)
export const readTable = (id: string, from: number, sheet?: number) =>
  get<TablePage>(`/files/${id}/table`, sheet === undefined ? { from } : { from, sheet })
export const listVersions = (id: string) => get<{ items: OlderVersion[] }>(`/files/${id}/versions`)
export const listFiles = (query: Query) => get<Page<LibraryItem>>('/files', query)
export const contentReport = () => get<ContentReport>('/files/checks')
export const listFindings = (query: Query) => get<Page<FileFinding>>('/files/findings', query)
export const decideFinding = (id: string, body: { version: number; decision: 'clear' | 'remove'; reason: string }) =>
  post<FileFinding>(`/files/findings/${id}/decision`, body)
export const secretWords = () => get<SecretWordsView>('/secret-words')
export const writeSecretWords = (body: { rules: SecretWords; reason: string; version: number }) =>
  post<SecretWordsView>('/secret-words', body)
export const trySecretWords = (body: { rules: SecretWords; text: string }) =>
  post<{ hits: SecretHit[] }>('/secret-words/trials', body)
export const fileUsage = () => get<FileUsage>('/files/usage')
export const writeFileQuotas = (body: { rules: FileUsage['rules']; reason: string; version: number }) =>
  post<FileUsage>('/files/quotas', body)
export const previewUrl = (id: string) => url(`/files/${id}/preview`)

/** Sends a file: a small one at once, a large one in pieces that survive a broken line. */
export function sendFile(
  file: File,
  onProgress: (share: number) => void,
  onStanding: (standing: Standing) => void,
): Sending {
  if (file.size <= RESUMABLE_FROM) return uploadFile(file, onProgress)
  return sendInPieces(file, line, memory, uuid(), onProgress, onStanding)
}

/** XMLHttpRequest, because fetch cannot tell how far an upload has come. */
export function uploadFile(
  file: File,
  onProgress: (share: number) => void,
  key: string = uuid(),
): { done: Promise<FileRef>; cancel(): void } {
  let xhr = new XMLHttpRequest()
  let cancelled = false
  const once = (headers: Record<string, string>) => {
    if (cancelled) return Promise.reject(new DOMException('aborted', 'AbortError'))
    xhr = new XMLHttpRequest()
    return sendWhole(xhr, file, onProgress, { 'idempotency-key': key, ...headers })
  }
  return {
    done: confirming(once),
    cancel: () => {
      cancelled = true
      xhr.abort()
    },
  }
}

function sendWhole(
  xhr: XMLHttpRequest,
  file: File,
  onProgress: (share: number) => void,
  headers: Record<string, string>,
): Promise<FileRef> {
  const done = new Promise<FileRef>((resolve, reject) => {
    xhr.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total)
    xhr.onload = () => {
      if (xhr.status >= 200 && xhr.status < 300) resolve(JSON.parse(xhr.responseText) as FileRef)
      else void problemOf(xhr.status, xhr.responseText).then(reject)
    }
    xhr.onerror = () => reject(new Problem(0))
    xhr.onabort = () => reject(new DOMException('aborted', 'AbortError'))
  })
  xhr.open('POST', url('/files', { name: file.name }))
  xhr.setRequestHeader('content-type', file.type || 'application/octet-stream')
  for (const [name, value] of Object.entries({ ...spoken(), ...headers })) xhr.setRequestHeader(name, value)
  const over = whileHere(() => xhr.abort())
  xhr.send(file)
  return done.finally(over)
}
