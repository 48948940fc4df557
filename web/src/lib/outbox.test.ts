import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Problem } from '@/api/client'
import { isEmbedded } from './host'
import {
  backoff,
  createOutbox,
  isTooOld,
  KEY_LIFE,
  memoryStore,
  newItem,
  passes,
  type Deliver,
  type OutboxItem,
} from './outbox'
import { fit } from './photo'

const HOUR = 3_600_000
let clock = 1_000_000
let signedIn: string | null = 'p1'
const write = (over: Partial<OutboxItem> = {}): OutboxItem => ({
  ...newItem({ owner: 'p1', subject: 't1', title: 'T', payload: { text: 'x' } }, [], clock),
  ...over,
})
function box(deliver: Deliver) {
  const store = memoryStore()
  const outbox = createOutbox({
    store,
    deliver,
    owner: () => signedIn,
    changed: () => undefined,
    tooOld: () => 'too old',
    now: () => clock,
  })
  return { store, outbox, only: async () => (await store.all())[0] }
}

describe('the outbox', () => {
  beforeEach(() => {
    vi.useFakeTimers()
    clock = 1_000_000
    signedIn = 'p1'
  })

  it('keeps one key however often it is tried, and is tried again after a broken line', async () => {
    const keys: string[] = []
    let broken = true
    const { store, outbox, only } = box(async (item) => {
      keys.push(item.id)
      if (broken) throw new Problem(0)
    })
    await store.put(write())
    await outbox.run()
    expect(await only()).toMatchObject({ state: 'waiting', tries: 1 })
    await outbox.run()
    expect(keys).toHaveLength(1) // not before its time
    broken = false
    await outbox.hurry() // 'online'
    expect(await only()).toMatchObject({ state: 'sent' })
    expect(new Set(keys).size).toBe(1)
    await outbox.run()
    expect(keys).toHaveLength(2) // what has arrived is not sent again
  })

  it('goes on after the tab was killed while sending', async () => {
    const { store, outbox, only } = box(async () => undefined)
    await store.put(write({ state: 'sending', first_at: clock - 1000 }))
    await outbox.run()
    expect(await only()).toMatchObject({ state: 'sent' })
  })

  it('stops at a refusal and says why', async () => {
    const { store, outbox, only } = box(async () => {
      throw new Problem(409, { detail: '任务已办结' })
    })
    await store.put(write())
    await outbox.run()
    expect(await only()).toMatchObject({ state: 'failed', reason: '任务已办结' })
  })

  it('does not send a repeat the server could take for a second report', async () => {
    const deliver = vi.fn(async () => undefined)
    const { store, outbox, only } = box(deliver)
    await store.put(write({ first_at: clock - KEY_LIFE - HOUR }))
    await outbox.run()
    expect(deliver).not.toHaveBeenCalled()
    expect(await only()).toMatchObject({ state: 'failed', reason: 'too old' })
  })

  it('never sends what somebody else wrote on this phone', async () => {
    const deliver = vi.fn(async () => undefined)
    const { store, outbox } = box(deliver)
    await store.put(write())
    signedIn = 'p2'
    await outbox.run()
    expect(deliver).not.toHaveBeenCalled()
    expect(await outbox.mine()).toEqual([])
  })

  describe('when another signs in while it is sending', () => {
    const part = (name: string) => ({
      key: `k-${name}`,
      name,
      type: 'image/jpeg',
      bytes: new ArrayBuffer(4),
      size: 4,
      done: null as string | null,
    })
    it('leaves the next item to whoever wrote it', async () => {
      const went: string[] = []
      const { store, outbox } = box(async (item) => {
        went.push(item.id)
        signedIn = 'p2'
      })
      const [first, second] = [write({ at: 1 }), write({ at: 2 })]
      await store.put(first)
      await store.put(second)
      await outbox.run()
      expect(went).toEqual([first.id])
      expect((await store.all()).find(({ id }) => id === second.id)).toMatchObject({ state: 'waiting', first_at: null })
      signedIn = 'p1'
      await outbox.run()
      expect(went).toEqual([first.id, second.id])
    })
    it('goes no further than the part that was under way, and on from there later', async () => {
      const went: string[] = []
      let leaves = true
      const { store, outbox, only } = box(async (item, { here, keep }) => {
        for (const one of item.parts) {
          if (one.done) continue
          here()
          went.push(one.name)
          one.done = `f-${one.name}`
          await keep()
          if (leaves) signedIn = 'p2'
        }
        here()
        went.push('words')
      })
      await store.put(write({ parts: [part('a.jpg'), part('b.jpg')] }))
      await outbox.run()
      expect(went).toEqual(['a.jpg'])
      expect(await only()).toMatchObject({ state: 'waiting', tries: 0, parts: [{ done: 'f-a.jpg' }, { done: null }] })
      await outbox.run()
      expect(went).toHaveLength(1) // p2 sends nothing of it
      leaves = false
      signedIn = 'p1'
      await outbox.run()
      expect(went).toEqual(['a.jpg', 'b.jpg', 'words'])
      expect(await only()).toMatchObject({ state: 'sent' })
    })
    it('takes no refusal that was said to the other', async () => {
      const { store, outbox, only } = box(async () => {
        signedIn = 'p2'
        throw new Problem(403)
      })
      await store.put(write())
      await outbox.run()
      expect(await only()).toMatchObject({ state: 'waiting' })
    })
  })

  it('knows what can only be written anew', () => {
    expect(isTooOld({ first_at: null }, clock)).toBe(false)
    expect(isTooOld({ first_at: clock - KEY_LIFE + 1 }, clock)).toBe(false)
    expect(isTooOld({ first_at: clock - KEY_LIFE - 1 }, clock)).toBe(true)
  })

  it('keeps what has already arrived of it', async () => {
    const sent: string[] = []
    let broken = true
    const { store, outbox, only } = box(async (item) => {
      for (const part of item.parts) {
        if (part.done) continue
        sent.push(part.name)
        part.done = `f-${part.name}`
      }
      if (broken) throw new Problem(503)
    })
    const part = { key: 'k', name: 'a.jpg', type: 'image/jpeg', bytes: new ArrayBuffer(4), size: 4, done: null }
    await store.put(write({ parts: [part] }))
    await outbox.run()
    broken = false
    await outbox.hurry()
    expect(sent).toEqual(['a.jpg'])
    expect((await only())?.parts[0]).toMatchObject({ done: 'f-a.jpg', bytes: null })
  })

  describe('with a form that waits', () => {
    const hand = async (deliver: (item: OutboxItem) => Promise<unknown>, wait = 6000) => {
      const { outbox, only } = box(deliver)
      const outcome = outbox.hand(write(), wait).catch((error: unknown) => error)
      await vi.advanceTimersByTimeAsync(wait)
      return { outcome: await outcome, left: await only() }
    }
    it('says what the server answered', async () => {
      const { outcome, left } = await hand(async () => ({ id: 't1' }))
      expect(outcome).toEqual({ kept: false, answer: { id: 't1' } })
      expect(left).toMatchObject({ state: 'sent' })
    })
    it('gives a refused one back to the form', async () => {
      const refusal = new Problem(422, { detail: '太长' })
      const { outcome, left } = await hand(() => Promise.reject(refusal))
      expect(outcome).toBe(refusal)
      expect(left).toBeUndefined()
    })
    it('keeps it where the line is broken, or takes longer than anybody waits', async () => {
      const broken = await hand(() => Promise.reject(new Problem(0)), 10)
      expect(broken.outcome).toEqual({ kept: true })
      expect(broken.left).toMatchObject({ state: 'waiting', tries: 1 })
      const slow = await hand(() => new Promise(() => undefined))
      expect(slow.outcome).toEqual({ kept: true })
      expect(slow.left).toMatchObject({ state: 'sending' })
    })
  })

  it('knows what passes and waits longer each time', () => {
    for (const status of [0, 401, 429, 500, 503]) expect(passes(new Problem(status))).toBe(true)
    for (const status of [403, 404, 409, 422]) expect(passes(new Problem(status))).toBe(false)
    expect(backoff(1)).toBeLessThan(backoff(2))
    expect(backoff(99)).toBe(300_000)
  })
})

describe('the phone', () => {
  it('shows no second title bar inside WeChat and WeCom', () => {
    expect(isEmbedded('Mozilla/5.0 (iPhone) MicroMessenger/8.0')).toBe(true)
    expect(isEmbedded('Mozilla/5.0 wxwork/4.1')).toBe(true)
    expect(isEmbedded('Mozilla/5.0 (iPhone) Safari/604.1')).toBe(false)
  })
  it('makes photos smaller, never larger', () => {
    expect(fit(4000, 3000)).toEqual({ width: 1600, height: 1200 })
    expect(fit(3000, 4000)).toEqual({ width: 1200, height: 1600 })
    expect(fit(800, 600)).toEqual({ width: 800, height: 600 })
  })
})
