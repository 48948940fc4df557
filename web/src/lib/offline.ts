import { reactive } from 'vue'
import { Problem, readThrough } from '@/api/client'
import { i18n } from '@/i18n'
import { createShelf, type Kept, type Leaf, type Shelf, type Slip } from './shelf'
import { recall, remember } from './storage'
import { openTables } from './table'

/** How the line is, and how old what the page shows is when it comes from the shelf. */
export const line = reactive({ down: false, shown: null as number | null })

/** Whoever is signed in in this browser; the other tabs hear of a change. */
export const OWNER = 'sbc.reader'
export const reader = () => recall<string | null>(OWNER, null)

const opened = () =>
  openTables('sbc.shelf', { slips: 'key', leaves: 'key' }).then((table) =>
    createShelf({ slips: table<Slip>('slips'), leaves: table<Leaf>('leaves') }, reader),
  )
let shelf: Promise<Shelf | null> | null = null
/** Only the phone keeps what it reads; the desk merely clears it away. */
let keeping = false
const open = () => (shelf ??= opened().catch(() => null))

/** Of these the last answer is kept. What is about others (people, searches for people) or cannot be acted on offline is not. */
const COVERED = /^\/api\/v1\/(todo|home|tasks(\/|\?|$)|urges|messages|inbox(\?|$)|source-kinds|tags(\?|$)|units(\?|$))/

const broken = (error: unknown) =>
  error instanceof Problem && (error.status === 0 || (error.status >= 502 && error.status <= 504))
const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms))
/** How long one waits for the server when there is something to show instead. */
const patience = () => {
  if (!navigator.onLine) return 300
  return line.down || line.shown !== null ? 1500 : 8000
}
/** Those who wait for an answer: once a request has broken off they wait for its second try and no longer. */
const waiting = new Set<() => void>()
const hurry = () => {
  fell()
  setTimeout(() => waiting.forEach((go) => go()), 600)
}

let recovered: () => void = () => undefined
let lastRecovery = 0
let beat: ReturnType<typeof setTimeout> | undefined

/** The line is down: until it is back the server is asked now and then whether it is there. */
function fell(wait = 3000): void {
  line.down = true
  if (!keeping) return
  clearTimeout(beat)
  beat = setTimeout(() => {
    const asked = document.visibilityState === 'visible' ? fetch('/healthz', { cache: 'no-store' }) : Promise.reject()
    asked
      .then(({ ok }) => (ok ? back() : fell(Math.min(30_000, wait * 2))))
      .catch(() => fell(Math.min(30_000, wait * 2)))
  }, wait)
}
/** There is a line again: what is on the page is read anew. */
function back(): void {
  clearTimeout(beat)
  lastRecovery = Date.now()
  line.down = false
  line.shown = null
  recovered()
}
function heard(): void {
  if (!line.down && line.shown === null) return
  // On a line that is always late, reading everything again at each late answer would never end.
  if (Date.now() - lastRecovery > 60_000) back()
  else {
    clearTimeout(beat)
    line.down = false
  }
}

/** The server's answer, or what is kept when the line is broken or too slow; a late answer is still put to use by `asked`. */
async function firstOf<T>(asked: Promise<T>, find: () => Promise<Kept<T> | null>): Promise<T> {
  let settled = false
  let go: () => void = () => undefined
  const brokenOff = new Promise<void>((done) => waiting.add((go = done)))
  const watched = asked
    .then(
      (answer) => {
        settled = true
        heard()
        return answer
      },
      async (error: unknown) => {
        settled = true
        if (!broken(error)) throw error
        fell()
        const kept = await find()
        if (!kept) throw error
        return show(kept)
      },
    )
    .finally(() => waiting.delete(go))
  watched.catch(() => undefined)
  const impatient = Promise.race([pause(patience()), brokenOff]).then(async () => {
    if (settled) return watched
    const kept = await find()
    return kept && !settled ? show(kept) : watched
  })
  return Promise.race([watched, impatient])
}
function show<T>(kept: Kept<T>): T {
  line.shown = Math.min(line.shown ?? Infinity, kept.at)
  return kept.body
}

async function find(who: string, name: string): Promise<Kept | null> {
  const kept = await (await open())?.find(who, name)
  return kept && typeof kept.body === 'string' ? { body: kept.body, at: kept.at } : null
}

async function through(address: string, ask: () => Promise<string>): Promise<string> {
  const who = reader()
  if (!who || !COVERED.test(address)) return ask()
  const name = `${i18n.global.locale.value} ${address}`
  const asked = ask().then((text) => {
    void open().then((own) => own?.keep(who, name, text).catch(() => undefined))
    return text
  })
  return firstOf(asked, () => find(who, name))
}

/** From now on this shell keeps what it reads. `onRecovered` is called when the server is heard again. */
export function keepWhatIsRead(onRecovered: () => void): void {
  keeping = true
  recovered = onRecovered
  readThrough(through, hurry)
  window.addEventListener('offline', () => fell())
  window.addEventListener('online', back)
  document.addEventListener('visibilitychange', () => line.down && document.visibilityState === 'visible' && fell(500))
  if (navigator.onLine === false) fell()
  void open().then((own) => own?.trim().catch(() => undefined))
}

/** Somebody is signed in: what another person has read is gone before they see anything. */
export async function claimShelf(who: string): Promise<void> {
  const before = reader()
  if (before !== who) {
    if (before !== null) await clearShelf()
    remember(OWNER, who)
  }
}

/** Nobody is signed in any more. */
export async function clearShelf(): Promise<void> {
  remember(OWNER, null)
  await (await open())?.clear().catch(() => undefined)
}

/** Something that is always asked anew (who one is) and yet needed without a line. */
export async function keptOr<T>(name: string, ask: () => Promise<T>, revived: (kept: T) => T): Promise<T> {
  const who = reader()
  const kept = keeping && who ? await find(who, name) : null
  return kept ? firstOf(ask(), async () => ({ body: revived(JSON.parse(kept.body) as T), at: kept.at })) : ask()
}
export async function keepAs(name: string, what: unknown): Promise<void> {
  const who = reader()
  if (keeping && who) await (await open())?.keep(who, name, JSON.stringify(what)).catch(() => undefined)
}

/** Small pictures that were looked at; anything larger is asked of the server each time. */
export const SMALL_PICTURE = 400 << 10
export async function picture(address: string): Promise<Blob | null> {
  const who = reader()
  const own = keeping && who ? await open() : null
  if (!own || !who) return null
  try {
    const response = await fetch(address, { credentials: 'same-origin' })
    const blob = response.ok ? await response.blob() : null
    if (blob && blob.size <= SMALL_PICTURE && blob.type.startsWith('image/'))
      await own.keep(who, address, await new Response(blob).arrayBuffer(), blob.type)
    return blob
  } catch {
    const kept = await own.find(who, address)
    return kept && typeof kept.body !== 'string' ? new Blob([kept.body], { type: kept.type }) : null
  }
}

/** Whether the answer to this address is at hand, should the line go. */
export async function isKept(address: string): Promise<boolean> {
  const own = keeping ? await open() : null
  return !own || own.has(`${i18n.global.locale.value} ${address}`)
}

/** Whether the line is one on which things may be fetched that nobody has asked for yet. */
export function hasRoom(): boolean {
  const { connection } = navigator as { connection?: { saveData?: boolean; effectiveType?: string } }
  return !line.down && !connection?.saveData && !/2g|3g/.test(connection?.effectiveType ?? '')
}
