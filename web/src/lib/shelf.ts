import type { Table } from './table'

/** What the phone has read lately, kept for the time without a line: bounded in number, size and age, and one person's. */
export interface Kept<T = string> {
  body: T
  at: number
}
/** The small half: enough to know what is there and what has to go. */
export interface Slip {
  key: string
  size: number
  at: number
  used: number
}
export interface Leaf {
  key: string
  body: string | ArrayBuffer
  type: string
}
export interface Limits {
  entries: number
  bytes: number
  /** The largest single one. */
  each: number
  age: number
}
/** Three days, as long as a report may wait in the outbox. */
export const LIMITS: Limits = { entries: 300, bytes: 12 << 20, each: 768 << 10, age: 72 * 3_600_000 }

export type Shelf = ReturnType<typeof createShelf>

const sizeOf = (body: string | ArrayBuffer) => (typeof body === 'string' ? body.length * 2 : body.byteLength)

/** `owner` says, at any moment, whose shelf it is; for anybody else nothing is kept or found. */
export function createShelf(
  tables: { slips: Table<Slip>; leaves: Table<Leaf> },
  owner: () => string | null,
  limits: Limits = LIMITS,
  now: () => number = Date.now,
) {
  const { slips, leaves } = tables
  let index: Promise<Map<string, Slip>> | null = null
  const read = () => (index ??= slips.all().then((all) => new Map(all.map((slip) => [slip.key, slip]))))
  const keyOf = (who: string, name: string) => `${who} ${name}`

  async function drop(slip: Slip): Promise<void> {
    ;(await read()).delete(slip.key)
    await Promise.all([slips.remove(slip.key), leaves.remove(slip.key)])
  }

  /** What is too old goes, then what was not asked for the longest. */
  async function trim(): Promise<void> {
    const all = [...(await read()).values()].sort((a, b) => b.used - a.used)
    let bytes = 0
    let entries = 0
    for (const slip of all) {
      const fits = now() - slip.at <= limits.age && entries < limits.entries && bytes + slip.size <= limits.bytes
      if (!fits) await drop(slip)
      else {
        entries++
        bytes += slip.size
      }
    }
  }

  return {
    async keep(who: string, name: string, body: string | ArrayBuffer, type = ''): Promise<void> {
      const size = sizeOf(body)
      const known = await read()
      // Whoever asked may have left in the meantime.
      if (owner() !== who || size > limits.each) return
      const key = keyOf(who, name)
      const slip = { key, size, at: now(), used: now() }
      known.set(key, slip)
      // The slip first: cut off between the two, there is a slip for nothing, not a leaf nobody counts.
      await Promise.all([slips.put(slip), leaves.put({ key, body, type })])
      await trim()
    },
    async find(who: string, name: string): Promise<(Kept<string | ArrayBuffer> & { type: string }) | null> {
      const slip = (await read()).get(keyOf(who, name))
      if (!slip || owner() !== who) return null
      const leaf = await leaves.get(slip.key)
      if (!leaf || owner() !== who || now() - slip.at > limits.age) {
        await drop(slip)
        return null
      }
      slip.used = now()
      await slips.put({ ...slip })
      return { body: leaf.body, at: slip.at, type: leaf.type }
    },
    trim,
    async clear(): Promise<void> {
      index = Promise.resolve(new Map())
      await Promise.all([slips.clear(), leaves.clear()])
    },
    async has(name: string): Promise<boolean> {
      const who = owner()
      return !!who && (await read()).has(keyOf(who, name))
    },
  }
}
