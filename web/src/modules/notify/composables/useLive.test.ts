import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, type EffectScope } from 'vue'
import { startLive, type LiveHandlers } from '@/lib/live'
import { queryClient } from '@/lib/query'
import { useLive } from './useLive'

vi.mock('@/lib/live', () => ({ startLive: vi.fn(() => () => undefined) }))

describe('what the live stream tells', () => {
  let scope: EffectScope
  let on: LiveHandlers
  const LISTS = [['urges', { side: 'sent' }], ['orders', 'list', {}], ['orders', 'task', 't1'], ['todo']]
  const stale = () => LISTS.filter((key) => queryClient.getQueryState(key)?.isInvalidated)
  beforeEach(() => {
    vi.useFakeTimers()
    for (const key of LISTS) queryClient.setQueryData(key, {})
    scope = effectScope()
    scope.run(useLive)
    on = vi.mocked(startLive).mock.lastCall?.[0] as LiveHandlers
  })
  afterEach(() => {
    scope.stop()
    queryClient.clear()
    vi.useRealTimers()
  })

  it('of a task has urges and orders read again, too', () => {
    expect(stale()).toEqual([])
    on.task({ id: 't1', root_id: 't1' })
    expect(stale()).toEqual([])
    vi.advanceTimersByTime(800)
    expect(stale()).toEqual(LISTS)
  })
  it('to oneself has them read again at once, but not those of a task, which may be out of sight by then', () => {
    on.message({ id: 'm', title: '督办已回复', text: '', task_id: 't1', urge_id: 'u1', occurrence_id: null })
    expect(stale()).toEqual(LISTS.filter((key) => key[1] !== 'task'))
  })
  it('not at all has them asked for from time to time', () => {
    on.poll()
    expect(stale()).toEqual(LISTS)
  })
})
