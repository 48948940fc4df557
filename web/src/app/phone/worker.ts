import { reactive } from 'vue'

/** A newer version of the program lies ready; it is taken when somebody says so, never under typing hands. */
export const update = reactive({ ready: false })

let registration: ServiceWorkerRegistration | null = null
let taking = false
const HOUR = 3_600_000
const SCRIPT = '/m-sw.js'
/** The worker in charge of this page; that of the desk, which may be there before, is none of ours. */
const inCharge = ({ controller }: ServiceWorkerContainer) =>
  controller?.scriptURL === new URL(SCRIPT, location.origin).href ? controller : null

/** Where the browser or the host forbids service workers (plain http, some in-app browsers) the phone works without. */
export function startWorker(): void {
  const workers = (navigator as { serviceWorker?: ServiceWorkerContainer }).serviceWorker
  if (!import.meta.env.PROD || !workers || !window.isSecureContext) return
  // The first page comes first: what it needs is on the line already.
  if (document.readyState === 'complete') void register(workers)
  else window.addEventListener('load', () => void register(workers), { once: true })
}

async function register(workers: ServiceWorkerContainer): Promise<void> {
  try {
    registration = (await workers.register(SCRIPT, { scope: '/m', updateViaCache: 'none' })) ?? null
  } catch {
    return
  }
  // Some in-app browsers answer nothing instead of refusing.
  if (!registration) return
  const own = registration
  const watch = (one: ServiceWorker | null) =>
    one?.addEventListener('statechange', () => {
      if (one.state === 'installed' && inCharge(workers)) update.ready = true
    })
  update.ready = !!own.waiting && !!inCharge(workers)
  watch(own.installing)
  own.addEventListener('updatefound', () => watch(own.installing))
  // The first worker takes charge of a page that came without one: that is no update.
  let before = inCharge(workers)
  workers.addEventListener('controllerchange', () => {
    if (taking) window.location.reload()
    else if (before) update.ready = true
    before = inCharge(workers)
  })
  let asked = Date.now()
  const ask = () => {
    if (document.visibilityState !== 'visible' || Date.now() - asked < HOUR) return
    asked = Date.now()
    own.update().catch(() => undefined)
  }
  document.addEventListener('visibilitychange', ask)
  setInterval(ask, HOUR)
}

export function takeUpdate(): void {
  taking = true
  const waiting = registration?.waiting
  // Another tab may have taken it already: then a reload is all that is missing.
  if (waiting) waiting.postMessage('take')
  else window.location.reload()
}
