/// <reference lib="webworker" />
import { showNotices } from './notices'

/**
 * The service worker of `/m`. It keeps the program (page, scripts, styles: the same for everybody) and nothing else; what
 * people read is kept by the page itself, person by person (`lib/shelf.ts`), and never passes through here. It also shows notices.
 */
const worker = self as unknown as ServiceWorkerGlobalScope

/** Put in by `build/shell.ts`: what this version of the phone's shell is made of. */
declare const SHELL: { version: string; page: string; pageHash: string; files: string[] }

const PREFIX = 'sbc.shell.'
const NAME = PREFIX + SHELL.version
const FILES = new Set(SHELL.files)
/** Answers differ by packing only, which the browser has undone. */
const ANY: CacheQueryOptions = { ignoreVary: true, ignoreSearch: false }

async function hashOf(response: Response): Promise<string> {
  const bytes = await crypto.subtle.digest('SHA-256', await response.clone().arrayBuffer())
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The page as the server has it now, if it is the page this version belongs to: during an upgrade it may be another. */
async function ownPage(): Promise<Response | null> {
  const response = await fetch(SHELL.page, { cache: 'no-cache', credentials: 'omit' })
  return response.ok && (await hashOf(response)) === SHELL.pageHash ? response : null
}

async function install(): Promise<void> {
  const cache = await caches.open(NAME)
  const page = await ownPage()
  if (!page) throw new Error('the page is of another version')
  await cache.put(SHELL.page, page)
  await Promise.all(
    SHELL.files.map(async (file) => {
      // Names carry their content's hash: what an older version has need not cross the line again.
      const response = (await caches.match(file, ANY)) ?? (await fetch(file, { credentials: 'omit' }))
      if (!response.ok) throw new Error(`${file}: ${response.status}`)
      await cache.put(file, response)
    }),
  )
}

/** The version before stays, too: a page that is still open may want a piece of it. */
async function tidy(): Promise<void> {
  const shells = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== NAME)
  await Promise.all(shells.slice(0, -1).map((name) => caches.delete(name)))
}

async function shellPage(event: FetchEvent): Promise<Response> {
  const cache = await caches.open(NAME)
  const kept = await cache.match(SHELL.page, ANY)
  if (!kept) return fetch(event.request)
  // Its headers, the content policy among them, are the server's newest a start later.
  event.waitUntil(
    ownPage()
      .then((page) => page && cache.put(SHELL.page, page))
      .catch(() => undefined),
  )
  return kept
}

worker.addEventListener('install', (event) => event.waitUntil(install()))
worker.addEventListener('activate', (event) => event.waitUntil(tidy().then(() => worker.clients.claim())))
worker.addEventListener('message', (event) => {
  if (event.data === 'take') void worker.skipWaiting()
})
worker.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== worker.location.origin) return
  if (request.mode === 'navigate') {
    if (pathname === '/m' || pathname.startsWith('/m/')) event.respondWith(shellPage(event))
  } else if (FILES.has(pathname) || pathname.startsWith('/assets/')) {
    event.respondWith(caches.match(request, ANY).then((kept) => kept ?? fetch(request)))
  }
})
showNotices(worker, 'phone', '/m')
