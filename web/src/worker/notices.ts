/// <reference lib="webworker" />
import { hereOf, keepHere, type Here } from '../lib/here'

/** What comes over the push service, as the server's gateway for browsers writes it. */
interface Notice {
  id: string
  title: string
  body: string
  path: string | null
}

const API = '/api/v1/me/addresses'
const ICON = '/icons/mark-192.png'

/** A browser that is told something has to show something, even what it cannot read. */
function read(data: PushMessageData | null): Partial<Notice> {
  try {
    return (data?.json() ?? {}) as Partial<Notice>
  } catch {
    return {}
  }
}

/** Only pages of this system are opened. */
const inner = (path: unknown) => (typeof path === 'string' && /^\/(?!\/)/.test(path) ? path : '/inbox')

/** Notices of one shell: shown, led back to their page, and kept coming when the browser's push service moves. */
export function showNotices(worker: ServiceWorkerGlobalScope, shell: Here['shell'], base: string): void {
  async function open(path: string): Promise<void> {
    const url = new URL(base + path, worker.location.origin).href
    const windows = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true })
    const same = windows.find((one) => one.url.split('#')[0] === url)
    await (same ? same.focus() : worker.clients.openWindow(url))
  }

  /** The old subscription is over: the server is told of the new one under the old name. */
  async function renew(): Promise<void> {
    const here = await hereOf(shell)
    if (!here) return
    const asked = await fetch(API, { headers: { accept: 'application/json' } })
    const { push_key } = (await asked.json()) as { push_key: string | null }
    if (!asked.ok || !push_key) return
    const subscription = await worker.registration.pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: push_key,
    })
    const { endpoint, keys } = subscription.toJSON()
    const told = await fetch(`${API}/browsers`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() },
      body: JSON.stringify({ endpoint, p256dh: keys?.['p256dh'], auth: keys?.['auth'], label: here.label }),
    })
    if (!told.ok) return
    const { addresses } = (await told.json()) as { addresses: { id: string; kind: string }[] }
    const id = addresses.filter((one) => one.kind === 'browser').pop()?.id
    if (id) await keepHere({ ...here, id })
  }

  worker.addEventListener('push', (event) => {
    const { id, title, body, path } = read(event.data)
    const more = { ...(body && { body }), ...(id && { tag: id }), icon: ICON, data: { path: inner(path) } }
    event.waitUntil(worker.registration.showNotification(title || '事必成', more))
  })
  worker.addEventListener('notificationclick', (event) => {
    event.notification.close()
    event.waitUntil(open(inner((event.notification.data as { path?: unknown } | null)?.path)))
  })
  worker.addEventListener('pushsubscriptionchange', (event) => {
    ;(event as ExtendableEvent).waitUntil(renew())
  })
}
