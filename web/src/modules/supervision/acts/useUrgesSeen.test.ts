import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, ref, type EffectScope } from 'vue'
import type { Urge } from '@/api/types'
import { useUrgesSeen } from './useUrgesSeen'

const inbox = vi.hoisted(() => ({ listMessages: vi.fn(), mark: vi.fn(), unread: { value: 0 } }))
vi.mock('@/modules/notify', async () => {
  const { ref } = await import('vue')
  inbox.unread = ref(0)
  return {
    listMessages: inbox.listMessages,
    useMarkRead: () => ({ mutateAsync: inbox.mark }),
    useUnread: () => inbox.unread,
  }
})

describe('what was written to oneself about urges in a list', () => {
  const urge = (id: string) => ({ id }) as Urge
  const news = (id: string, urge_id: string | null) => ({ id, urge_id })
  let scope: EffectScope
  let unread: ReturnType<typeof news>[]
  beforeEach(() => {
    unread = []
    inbox.unread.value = 0
    inbox.listMessages.mockReset().mockImplementation(() => Promise.resolve({ items: [...unread] }))
    inbox.mark.mockReset().mockImplementation(({ ids }: { ids: string[] }) => {
      unread = unread.filter(({ id }) => !ids.includes(id))
      inbox.unread.value = unread.length
      return Promise.resolve({ unread: unread.length })
    })
    scope = effectScope()
  })
  afterEach(() => scope.stop())
  const open = (shown: Urge[], reread: () => Promise<readonly Urge[] | null>) => {
    const urges = ref(shown)
    scope.run(() => useUrgesSeen(urges, reread))
    return urges
  }
  const comes = (...all: ReturnType<typeof news>[]) => {
    unread.push(...all)
    inbox.unread.value = unread.length
  }
  const settled = () => new Promise((done) => setTimeout(done, 5))

  it('is read once the list was read again with the message known', async () => {
    const reread = vi.fn(() => Promise.resolve([urge('a')]))
    open([urge('a')], reread)
    await settled()
    expect(inbox.listMessages).not.toHaveBeenCalled()
    comes(news('m1', 'a'), news('m2', 'elsewhere'), news('m3', null))
    await settled()
    expect(reread).toHaveBeenCalledOnce()
    expect(inbox.mark.mock.calls).toEqual([[{ ids: ['m1'] }]])
    expect(inbox.mark.mock.invocationCallOrder[0]).toBeGreaterThan(reread.mock.invocationCallOrder[0] ?? Infinity)
  })
  it('is not read while the list cannot be read again, nor where the urge has left it', async () => {
    const reread = vi
      .fn<() => Promise<Urge[] | null>>()
      .mockResolvedValueOnce(null)
      .mockResolvedValueOnce([urge('b')])
    open([urge('a'), urge('b')], reread)
    comes(news('m1', 'a'))
    await settled()
    comes(news('m2', 'a'))
    await settled()
    expect(reread).toHaveBeenCalledTimes(2)
    expect(inbox.mark).not.toHaveBeenCalled()
  })
  it('is looked for once more where it came while one looked', async () => {
    let go: (shown: Urge[]) => void = () => undefined
    const reread = vi
      .fn<() => Promise<Urge[]>>()
      .mockImplementationOnce(() => new Promise((done) => (go = done)))
      .mockResolvedValue([urge('a')])
    open([urge('a')], reread)
    comes(news('m1', 'a'))
    await settled()
    comes(news('m2', 'a'))
    await settled()
    expect(inbox.mark).not.toHaveBeenCalled()
    go([urge('a')])
    await settled()
    expect(inbox.mark.mock.calls).toEqual([[{ ids: ['m1'] }], [{ ids: ['m2'] }]])
  })
})
