import { recall, remember } from './storage'

/** Whose notices this browser shows. */
const WHOSE = 'sbc.notices'

export const showNoticesOf = (person: string) => remember(WHOSE, person)

/** Nobody else reads what is meant for whoever was here before: without a subscription nothing is shown any more. */
export async function silence(): Promise<void> {
  if (recall<string | null>(WHOSE, null) === null) return
  remember(WHOSE, null)
  const workers = (navigator as { serviceWorker?: ServiceWorkerContainer }).serviceWorker
  for (const one of (await workers?.getRegistrations().catch(() => [])) ?? [])
    await one.pushManager
      ?.getSubscription()
      .then((subscription) => subscription?.unsubscribe())
      .catch(() => undefined)
}

/** Somebody is here: the notices of another end. */
export async function silenceOthers(person: string): Promise<void> {
  if (recall<string | null>(WHOSE, person) !== person) await silence()
}
