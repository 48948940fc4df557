import { Problem } from '@/api/client'
import { uuid } from './id'
import { explain } from './problems'
import { memoryTable, openTables } from './table'

/**
 * What was written on a bad line is put here first and sent from here. An item is one intention: its id is the
 * idempotency key of the whole and each part has a key of its own, so that however often it is said, it happens once.
 */
export interface OutboxPart {
  key: string
  name: string
  type: string
  /** Gone once the part has arrived. */
  bytes: ArrayBuffer | null
  size: number
  /** What the server calls it. */
  done: string | null
}
export type OutboxState = 'waiting' | 'sending' | 'sent' | 'failed'
export interface OutboxItem<T = unknown> {
  id: string
  owner: string
  subject: string
  title: string
  payload: T
  parts: OutboxPart[]
  state: OutboxState
  tries: number
  next_at: number
  /** When the server may have heard of it first. */
  first_at: number | null
  at: number
  reason: string
}

export interface OutboxStore {
  all(): Promise<OutboxItem[]>
  put(item: OutboxItem): Promise<void>
  remove(id: string): Promise<void>
}
export interface Delivery {
  /** How much of it has gone out. */
  share(done: number): void
  /** Writes down what has arrived of it. */
  keep(): Promise<void>
  /** Throws once whoever wrote it has left: asked before each request, for the cookie that goes with it is the next one's. */
  here(): void
}
/** What the server answered goes to whoever still waits for it. */
export type Deliver = (item: OutboxItem, delivery: Delivery) => Promise<unknown>

export interface Options {
  store: OutboxStore
  deliver: Deliver
  /** Whoever is signed in; others' items stay untouched. */
  owner: () => string | null
  changed: () => void
  progress?: (id: string, share: number) => void
  /** `awaited` where somebody still looks at the form it came from. */
  sent?: (item: OutboxItem, awaited: boolean) => void
  tooOld: () => string
  /** Why it did not go, in words. */
  say?: (error: unknown) => string
  now?: () => number
}

const HOUR = 3_600_000
/** The server remembers a key for 72 hours; beyond that a repeat could be a second report. */
export const KEY_LIFE = 70 * HOUR
/** It cannot be sent again, only written anew. */
export const isTooOld = ({ first_at }: Pick<OutboxItem, 'first_at'>, now = Date.now()) =>
  first_at !== null && now - first_at > KEY_LIFE
const KEEP_SENT = 12 * HOUR
const STEPS = [2, 5, 15, 30, 60, 120, 300]

export const backoff = (tries: number) => (STEPS[Math.min(tries, STEPS.length) - 1] ?? 2) * 1000

/** Broken lines, busy servers and ended sessions pass; a refusal stays. */
export function passes(error: unknown): boolean {
  return (
    !(error instanceof Problem) || error.status === 0 || error.status >= 500 || [401, 408, 429].includes(error.status)
  )
}

export function newItem<T>(
  fields: Pick<OutboxItem<T>, 'owner' | 'subject' | 'title' | 'payload'>,
  parts: OutboxPart[],
  now = Date.now(),
): OutboxItem<T> {
  return { ...fields, id: uuid(), parts, state: 'waiting', tries: 0, next_at: now, first_at: null, at: now, reason: '' }
}

export async function partOf(file: File): Promise<OutboxPart> {
  const bytes = await new Response(file).arrayBuffer()
  return { key: uuid(), name: file.name, type: file.type, bytes, size: file.size, done: null }
}

/** What became of an item within the time somebody waits for it. */
export type Outcome = { kept: true } | { kept: false; answer: unknown }
const KEPT: Outcome = { kept: true }

export function createOutbox(options: Options) {
  const { store, deliver, owner, changed } = options
  const now = options.now ?? Date.now
  let running = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const awaited = new Map<string, { done(outcome: Outcome): void; refused(error: unknown): void }>()

  async function mine(): Promise<OutboxItem[]> {
    const who = owner()
    const all = await store.all()
    return all.filter((item) => item.owner === who).sort((a, b) => a.at - b.at)
  }
  const write = async (item: OutboxItem) => {
    await store.put(item)
    changed()
  }

  const isHere = (item: OutboxItem) => item.owner === owner()

  async function one(item: OutboxItem): Promise<void> {
    if (isTooOld(item, now())) {
      await write({ ...item, state: 'failed', reason: options.tooOld() })
      return
    }
    item.state = 'sending'
    item.first_at ??= now()
    await write(item)
    try {
      const here = () => {
        if (!isHere(item)) throw new Error('whoever wrote it has left')
      }
      here()
      const answer = await deliver(item, {
        share: (done) => options.progress?.(item.id, done),
        keep: () => store.put(item),
        here,
      })
      const parts = item.parts.map((part) => ({ ...part, bytes: null }))
      await write({ ...item, parts, state: 'sent', reason: '', at: item.at, next_at: now() })
      if (isHere(item)) options.sent?.(item, awaited.has(item.id))
      awaited.get(item.id)?.done({ kept: false, answer })
    } catch (error) {
      const left = !isHere(item)
      const tries = item.tries + 1
      // What the server said to somebody else is no refusal.
      const wait = left || passes(error)
      const form = awaited.get(item.id)
      if (form && !wait) {
        await store.remove(item.id)
        changed()
        form.refused(error)
        return
      }
      form?.done(KEPT)
      if (left && !(error instanceof Problem)) {
        await write({ ...item, state: 'waiting', next_at: now() })
        return
      }
      await write({
        ...item,
        tries,
        state: wait ? 'waiting' : 'failed',
        reason: (options.say ?? explain)(error),
        next_at: now() + backoff(tries) * (0.8 + Math.random() * 0.4),
      })
    }
  }

  async function sweep(): Promise<void> {
    for (const item of await mine()) {
      // The rest waits for whoever wrote it.
      if (!isHere(item)) return
      if (item.state === 'sent' && now() - item.next_at > KEEP_SENT) await store.remove(item.id)
      // One left "sending" was cut off in the middle: its key makes a repeat harmless.
      else if (item.state === 'sending' || (item.state === 'waiting' && item.next_at <= now())) await one(item)
    }
  }

  /** Sends what is due, one after the other, in one tab at a time. */
  async function run(): Promise<void> {
    if (running || !owner()) return
    running = true
    clearTimeout(timer)
    try {
      const locks = (navigator as { locks?: LockManager }).locks
      if (locks) await locks.request('sbc.outbox', { ifAvailable: true }, (lock) => (lock ? sweep() : undefined))
      else await sweep()
    } finally {
      running = false
      const open = (await mine()).filter((item) => item.state === 'waiting' || item.state === 'sending')
      if (open.length) {
        const next = Math.min(...open.map((item) => item.next_at))
        timer = setTimeout(() => void run(), Math.max(500, next - now()))
      }
      changed()
    }
  }

  async function hurry(): Promise<void> {
    for (const item of await mine()) if (item.state === 'waiting') await store.put({ ...item, next_at: now() })
    await run()
  }
  return {
    mine,
    run,
    hurry,
    async add(item: OutboxItem): Promise<void> {
      await write(item)
      void run()
    },
    /** Puts it in and waits a moment for the answer. A refusal is thrown, and the item is out again: it is still in the form. */
    async hand(item: OutboxItem, patience: number): Promise<Outcome> {
      const outcome = new Promise<Outcome>((done, refused) => awaited.set(item.id, { done, refused }))
      const wait = setTimeout(() => awaited.get(item.id)?.done(KEPT), patience)
      try {
        await write(item)
        void run()
        return await outcome
      } finally {
        clearTimeout(wait)
        awaited.delete(item.id)
      }
    },
    /** A refusal was not carried out, so the same key may try again. */
    async retry(item: OutboxItem): Promise<void> {
      await write({ ...item, state: 'waiting', tries: 0, next_at: now(), reason: '' })
      void run()
    },
    async remove(id: string): Promise<void> {
      await store.remove(id)
      changed()
    },
    start(): () => void {
      const onLine = () => void hurry()
      const onShow = () => document.visibilityState === 'visible' && void hurry()
      window.addEventListener('online', onLine)
      document.addEventListener('visibilitychange', onShow)
      void run()
      return () => {
        clearTimeout(timer)
        window.removeEventListener('online', onLine)
        document.removeEventListener('visibilitychange', onShow)
      }
    },
  }
}

export const memoryStore = (): OutboxStore => memoryTable<OutboxItem>((item) => item.id)

/** IndexedDB; where a browser forbids it (private windows), memory, and then `lasting` is false. */
export async function openStore(): Promise<{ store: OutboxStore; lasting: boolean }> {
  try {
    const items = (await openTables('sbc.outbox', { items: 'id' }))<OutboxItem>('items')
    return { lasting: true, store: { ...items, put: (item) => items.put(plainItem(item)) } }
  } catch {
    return { store: memoryStore(), lasting: false }
  }
}

/** Reactive proxies cannot be cloned into the database; the bytes are kept as they are. */
function plainItem(item: OutboxItem): OutboxItem {
  const { parts, ...rest } = item
  return {
    ...(JSON.parse(JSON.stringify(rest)) as Omit<OutboxItem, 'parts'>),
    parts: parts.map((part) => ({ ...part })),
  }
}
