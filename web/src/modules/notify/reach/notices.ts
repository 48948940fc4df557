/** Notices of this browser: turned on, found, turned off. */
import { hereOf, keepHere, type Here } from '@/lib/here'
import { isEmbedded } from '@/lib/host'
import { showNoticesOf } from '@/lib/notices'
import type { Address, Reached } from '@/api/types'
import { bindBrowser } from './api'
import { hindranceOf, type Hindrance } from './model'

export type Shell = Here['shell']
const WORKERS: Record<Shell, { script: string; scope: string }> = {
  desk: { script: '/sw.js', scope: '/' },
  phone: { script: '/m-sw.js', scope: '/m' },
}

export const hindrance = (): Hindrance | null =>
  hindranceOf({
    secure: window.isSecureContext,
    embedded: isEmbedded(),
    agent: navigator.userAgent,
    able: 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window,
    permission: 'Notification' in window ? Notification.permission : 'default',
  })

/** A worker that has just been fetched takes a moment to begin. */
function begun(registration: ServiceWorkerRegistration): Promise<ServiceWorkerRegistration> {
  const coming = registration.installing ?? registration.waiting
  if (registration.active || !coming) return Promise.resolve(registration)
  return new Promise((resolve, reject) =>
    coming.addEventListener('statechange', () => {
      if (coming.state === 'activated') resolve(registration)
      if (coming.state === 'redundant') reject(new Error('the service worker was not installed'))
    }),
  )
}

/** The browser's service that brings notices did not answer, or refused. */
export class NoService extends Error {}

/** Asks for the permission, then has this browser told; null where the permission was not given. */
export async function turnOn(shell: Shell, key: string, label: string, person: string): Promise<Reached | null> {
  if ((await Notification.requestPermission()) !== 'granted') return null
  const { script, scope } = WORKERS[shell]
  const registration = await begun(await navigator.serviceWorker.register(script, { scope, updateViaCache: 'none' }))
  // One of an earlier key, or one the server has given up, would be refused.
  await (await registration.pushManager.getSubscription())?.unsubscribe()
  const subscription = await registration.pushManager
    .subscribe({ userVisibleOnly: true, applicationServerKey: key })
    .catch((cause: unknown) => {
      throw new NoService(String(cause))
    })
  const { endpoint = '', keys } = subscription.toJSON()
  const reached = await bindBrowser({ endpoint, p256dh: keys?.['p256dh'] ?? '', auth: keys?.['auth'] ?? '', label })
  const id = reached.addresses.filter(({ kind }) => kind === 'browser').pop()?.id ?? ''
  await keepHere({ shell, label, id })
  showNoticesOf(person)
  return reached
}

/** The registration of this shell; a page of the phone lies in the desk's scope, too. */
async function own(shell: Shell): Promise<ServiceWorkerRegistration | null> {
  const { script, scope } = WORKERS[shell]
  const found = await navigator.serviceWorker.getRegistration(scope)
  return found?.active?.scriptURL === new URL(script, location.origin).href ? found : null
}

/** Which of the addresses is this browser; none where it has no subscription any more. */
export async function thisOne(shell: Shell, browsers: readonly Address[]): Promise<string | null> {
  try {
    if (!(await (await own(shell))?.pushManager.getSubscription())) return null
    const here = await hereOf(shell)
    return browsers.find(({ id }) => id === here?.id)?.id ?? null
  } catch {
    return null
  }
}

/** Takes the subscription back: the browser shows nothing more, whatever is sent. */
export async function turnOff(shell: Shell): Promise<void> {
  await (await (await own(shell))?.pushManager.getSubscription())?.unsubscribe()
}
