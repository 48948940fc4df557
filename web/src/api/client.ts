import { i18n } from '@/i18n'
import { uuid } from '@/lib/id'

export interface FieldError {
  field: string
  message: string
}

/** What the server says when it says no: RFC 9457 with our stable `code` and a `detail` for people, in the language of the page. */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly fields: FieldError[]
  readonly current: unknown
  readonly requestId: string

  constructor(status: number, body: Record<string, unknown> = {}) {
    const detail = typeof body['detail'] === 'string' ? body['detail'] : ''
    super(detail || `HTTP ${status}`)
    this.name = 'Problem'
    this.status = status
    this.code = typeof body['code'] === 'string' ? body['code'] : status === 0 ? 'offline' : `http_${status}`
    this.detail = detail
    this.fields = Array.isArray(body['fields']) ? (body['fields'] as FieldError[]) : []
    this.current = body['current'] ?? null
    this.requestId = typeof body['request_id'] === 'string' ? body['request_id'] : ''
  }

  get isStale(): boolean {
    return this.status === 409 && this.current !== null
  }
}

/** What was found has to be confirmed; answers whether whoever asks stands by it. */
export type AskNotSecret = (problem: Problem) => Promise<boolean>
let askNotSecret: AskNotSecret = () => Promise.resolve(false)
/** A shell that can ask says how. */
export function whenSecret(handler: AskNotSecret): void {
  askNotSecret = handler
}
export const CONFIRMED = { 'not-secret': 'confirmed' }
/** Does it; where words of classified papers stand in it, asks first and does it again with the confirmation. */
export async function confirming<T>(work: (headers: Record<string, string>) => Promise<T>): Promise<T> {
  try {
    return await work({})
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'secret_words' || !(await askNotSecret(error))) throw error
    return work(CONFIRMED)
  }
}

export type Query = Record<string, string | number | boolean | null | undefined>
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
interface Options {
  query?: Query
  body?: unknown
  signal?: AbortSignal
  headers?: Record<string, string>
  /** Repeats of one intention carry one key; without it each call is an intention of its own. */
  key?: string
}

export const BASE = '/api/v1'
let signedOut: (() => void) | null = null

/** Called whenever the server no longer knows us. */
export function onSignedOut(handler: () => void): void {
  signedOut = handler
}

/** What is read goes through here once a shell has put something in the way (the phone: what it keeps for later). */
export type Through = (address: string, ask: () => Promise<string>) => Promise<string>
let through: Through = (_address, ask) => ask()
let broke: () => void = () => undefined
/** `onBreak` hears of a broken line before it has been tried again. */
export function readThrough(handler: Through, onBreak: () => void): void {
  through = handler
  broke = onBreak
}

/** How to break off what is under way for whoever is signed in. */
const underWay = new Set<() => void>()
/** `stop` is called should they leave before it is done; the answer says that it is done. */
export function whileHere(stop: () => void): () => void {
  underWay.add(stop)
  return () => void underWay.delete(stop)
}
/** They have left: nothing that was asked for them is said again with the cookie of whoever comes next. */
export function breakOff(): void {
  for (const stop of [...underWay]) stop()
}

export function url(path: string, query?: Query): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') params.set(name, String(value))
  }
  const text = params.toString()
  return BASE + path + (text ? `?${text}` : '')
}

export async function problemOf(status: number, text: string): Promise<Problem> {
  try {
    return new Problem(status, JSON.parse(text) as Record<string, unknown>)
  } catch {
    return new Problem(status)
  }
}

/** The server says what people read in this language. */
export const spoken = (): Record<string, string> => ({ 'accept-language': i18n.global.locale.value })

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms))

async function send(method: Method, path: string, options: Options): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json', ...spoken(), ...options.headers }
  const control = new AbortController()
  const stop = () => control.abort()
  if (options.signal?.aborted) stop()
  options.signal?.addEventListener('abort', stop)
  const init: RequestInit = { method, headers, credentials: 'same-origin', signal: control.signal }
  if (options.body instanceof FormData) init.body = options.body
  else if (options.body !== undefined) {
    headers['content-type'] = 'application/json'
    init.body = JSON.stringify(options.body)
  }
  if (method === 'POST') headers['idempotency-key'] = options.key ?? uuid()
  const repeatable = method === 'GET' || method === 'POST'
  const done = whileHere(stop)
  try {
    for (let attempt = 0; ; attempt++) {
      try {
        return await fetch(url(path, options.query), init)
      } catch (error) {
        if (error instanceof DOMException && error.name === 'AbortError') throw error
        broke()
        // The line broke. A GET or a keyed POST may safely be said again.
        if (!repeatable || attempt >= 2) throw new Problem(0)
        await pause(400 * (attempt + 1))
      }
    }
  } finally {
    done()
  }
}

async function textOf(method: Method, path: string, options: Options): Promise<string> {
  const response = await send(method, path, options)
  // A line that breaks in the middle of an answer is a broken line, too.
  const text = await response.text().catch((error: unknown) => {
    throw error instanceof DOMException && error.name === 'AbortError' ? error : new Problem(0)
  })
  if (response.ok) return text
  if (response.status === 401 && !(method === 'POST' && path === '/session')) signedOut?.()
  throw await problemOf(response.status, text)
}

async function request<T>(method: Method, path: string, options: Options = {}): Promise<T> {
  const ask = () => textOf(method, path, options)
  const change = () => confirming((headers) => textOf(method, path, { ...options, headers }))
  const text = method === 'GET' ? await through(url(path, options.query), ask) : await change()
  return (text ? JSON.parse(text) : undefined) as T
}

/** A file the server makes: its content and the name it gives it. */
export async function download(path: string, query?: Query): Promise<{ content: Blob; name: string }> {
  const response = await send('GET', path, { query })
  if (!response.ok) {
    if (response.status === 401) signedOut?.()
    throw await problemOf(response.status, await response.text())
  }
  const said = response.headers.get('content-disposition') ?? ''
  const encoded = /filename\*=UTF-8''([^;]+)/.exec(said)?.[1]
  const name = encoded ? decodeURIComponent(encoded) : (/filename="([^"]+)"/.exec(said)?.[1] ?? 'download')
  return { content: await response.blob(), name }
}

export const get = <T>(path: string, query?: Query, signal?: AbortSignal) => request<T>('GET', path, { query, signal })
export const post = <T>(path: string, body?: unknown, key?: string) => request<T>('POST', path, { body, key })
export const put = <T>(path: string, body?: unknown) => request<T>('PUT', path, { body })
export const patch = <T>(path: string, body?: unknown) => request<T>('PATCH', path, { body })
export const del = <T = void>(path: string, query?: Query) => request<T>('DELETE', path, { query })
