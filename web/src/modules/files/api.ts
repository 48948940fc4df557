import { get, problemOf, Problem, type Query, spoken, url } from '@/api/client'
import type { FileRef, LibraryItem, OlderVersion, Page, TablePage } from '@/api/types'
import { uuid } from '@/lib/id'
import { RESUMABLE_FROM, type Sending, sendInPieces, type Standing } from './resume'
import { line, memory } from './tus'

export const contentUrl = (id: string) => url(`/files/${id}/content`)
export const readTable = (id: string, from: number) => get<TablePage>(`/files/${id}/table`, { from })
export const listVersions = (id: string) => get<{ items: OlderVersion[] }>(`/files/${id}/versions`)
export const listFiles = (query: Query) => get<Page<LibraryItem>>('/files', query)
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
  const xhr = new XMLHttpRequest()
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
  xhr.setRequestHeader('idempotency-key', key)
  for (const [name, value] of Object.entries(spoken())) xhr.setRequestHeader(name, value)
  xhr.send(file)
  return { done, cancel: () => xhr.abort() }
}
