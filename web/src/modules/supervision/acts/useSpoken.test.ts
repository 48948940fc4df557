import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick, reactive, type EffectScope } from 'vue'
import { Problem } from '@/api/client'
import type { Urge } from '@/api/types'
import { recordSpokenReply } from '../api'
import { useSpoken } from './useSpoken'

vi.mock('vue-i18n', async (real) => ({ ...(await real<object>()), useI18n: () => ({ t: (key: string) => key }) }))
vi.mock('../api', async (real) => ({ ...(await real<object>()), recordSpokenReply: vi.fn() }))
vi.mock('@/modules/tasks/api', async (real) => ({
  ...(await real<object>()),
  readTimeline: () => Promise.resolve({ items: [] }),
}))

describe('an answer on the telephone', () => {
  let scope: EffectScope
  const urge = reactive({ id: 'u1', task_id: 't1', may_record: true }) as Urge
  const done = vi.fn()
  function open() {
    scope?.stop()
    scope = effectScope()
    return scope.run(() => useSpoken(() => urge, done)) as ReturnType<typeof useSpoken>
  }
  const later = async () => {
    await nextTick()
    vi.advanceTimersByTime(400)
  }
  beforeEach(() => {
    vi.useFakeTimers()
    localStorage.clear()
    setActivePinia(createPinia())
    vi.mocked(recordSpokenReply).mockReset()
    done.mockReset()
    urge.may_record = true
  })
  afterEach(() => {
    scope.stop()
    vi.useRealTimers()
  })

  it('comes back under the name it was written down under', async () => {
    open().answer.value = { person: 'zhang', text: '周五前进场' }
    await later()
    const again = open()
    expect([again.form.restored, again.answer.value]).toEqual([true, { person: 'zhang', text: '周五前进场' }])
  })
  it('of which only the name stands there is nothing to come back', async () => {
    open().answer.value = { person: 'zhang', text: '' }
    await later()
    expect(open().form.restored).toBe(false)
  })
  it('of nobody is not sent, and its field says so until somebody is chosen', async () => {
    const spoken = open()
    spoken.answer.value = { person: '', text: '周五前进场' }
    await spoken.record()
    expect(recordSpokenReply).not.toHaveBeenCalled()
    expect(Object.keys(spoken.form.errors.value)).toEqual(['person_id'])
    spoken.answer.value = { person: 'zhang', text: '周五前进场' }
    await nextTick()
    expect(spoken.form.errors.value).toEqual({})
    vi.mocked(recordSpokenReply).mockResolvedValue(urge)
    await spoken.record()
    expect(vi.mocked(recordSpokenReply).mock.lastCall?.[1]).toEqual({ person_id: 'zhang', text: '周五前进场' })
    expect(done).toHaveBeenCalledOnce()
  })
  it('that comes too late is said to be so, and stays', async () => {
    const spoken = open()
    spoken.answer.value = { person: 'zhang', text: '周五前进场' }
    expect([spoken.over.value, spoken.note.value]).toEqual([false, ''])
    vi.mocked(recordSpokenReply).mockRejectedValue(new Problem(409, { code: 'decided', current: { id: 'u1' } }))
    await spoken.record()
    expect([spoken.note.value, spoken.answer.value.text]).toEqual(['supervision.stale', '周五前进场'])
    expect(done).not.toHaveBeenCalled()
  })
  it('cannot be sent once somebody else has answered', () => {
    const spoken = open()
    urge.may_record = false
    expect([spoken.over.value, spoken.note.value]).toEqual([true, 'supervision.over'])
  })
})
