import { confirming, get, problemOf, Problem, spoken, url } from '@/api/client'
import type { FileRef, PartialUpload } from '@/api/types'
import { recall, remember } from '@/lib/storage'
import type { Line, Memory } from './resume'

const KEY = 'sbc.uploads'
const tus = () => ({ 'tus-resumable': '1.0.0', ...spoken() })

function base64(text: string): string {
  return btoa(String.fromCodePoint(...new TextEncoder().encode(text)))
}

async function ask(method: string, path: string, headers: Record<string, string>): Promise<Response> {
  let response: Response
  try {
    response = await fetch(url(path), { method, headers: { ...tus(), ...headers }, credentials: 'same-origin' })
  } catch {
    throw new Problem(0)
  }
  if (!response.ok) throw await problemOf(response.status, await response.text())
  return response
}

/** The server's uploads that come in pieces: tus 1.0.0. XMLHttpRequest, because fetch cannot tell how far a piece has come. */
export const line: Line = {
  async begin(file, key) {
    const headers = {
      'upload-length': String(file.size),
      'upload-metadata': `filename ${base64(file.name)}`,
      'idempotency-key': key,
    }
    const response = await confirming((more) => ask('POST', '/uploads', { ...headers, ...more }))
    return ((await response.json()) as PartialUpload).id
  },
  async offset(id) {
    const response = await ask('HEAD', `/uploads/${id}`, {})
    return Number(response.headers.get('upload-offset'))
  },
  append(id, offset, piece, sent) {
    const xhr = new XMLHttpRequest()
    const done = new Promise<number>((resolve, reject) => {
      xhr.upload.onprogress = (event) => sent(event.loaded)
      xhr.onload = () => {
        if (xhr.status === 204) resolve(Number(xhr.getResponseHeader('upload-offset')))
        else void problemOf(xhr.status, xhr.responseText).then(reject)
      }
      xhr.onerror = () => reject(new Problem(0))
      xhr.onabort = () => reject(new Problem(0))
    })
    xhr.open('PATCH', url(`/uploads/${id}`))
    for (const [name, value] of Object.entries(tus())) xhr.setRequestHeader(name, value)
    xhr.setRequestHeader('upload-offset', String(offset))
    xhr.setRequestHeader('content-type', 'application/offset+octet-stream')
    xhr.send(piece)
    return { done, cancel: () => xhr.abort() }
  },
  file: async (id): Promise<FileRef | null> => (await get<PartialUpload>(`/uploads/${id}`)).file,
  drop: async (id) => void (await ask('DELETE', `/uploads/${id}`, {})),
  pause: (ms) =>
    new Promise((done) => {
      const timer = setTimeout(done, ms)
      // The line is back before the time is over.
      window.addEventListener('online', () => (clearTimeout(timer), done()), { once: true })
    }),
}

const fingerprint = (file: File) => `${file.name}|${file.size}|${file.lastModified}`

/** In the browser's storage, so that a file goes on after the page was closed. */
export const memory: Memory = {
  get: (file) => recall<Record<string, string>>(KEY, {})[fingerprint(file)] ?? null,
  set(file, id) {
    const others = Object.entries(recall<Record<string, string>>(KEY, {})).filter(
      ([name]) => name !== fingerprint(file),
    )
    const known = Object.fromEntries(id ? [...others, [fingerprint(file), id]] : others)
    remember(KEY, known)
  },
}
