import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, reactive, type EffectScope } from 'vue'
import { Problem } from '@/api/client'
import type { Urge } from '@/api/types'
import { toast } from '@/lib/toast'
import { acceptReply, askAgain } from '../api'
import { useThread } from './useThread'

vi.mock('vue-i18n', async (real) => ({ ...(await real<object>()), useI18n: () => ({ t: (key: string) => key }) }))
vi.mock('@/lib/toast', () => ({ toast: vi.fn() }))
vi.mock('../api', async (real) => ({ ...(await real<object>()), acceptReply: vi.fn(), askAgain: vi.fn() }))
vi.mock('@/modules/tasks/api', async (real) => ({
  ...(await real<object>()),
  readTimeline: () => Promise.resolve({ items: [] }),
}))

describe('a thread in which somebody else was faster', () => {
  let scope: EffectScope
  const urge = reactive({ id: 'u1', task_id: 't1', may_ask: true }) as Urge
  const decided = () => new Problem(409, { code: 'decided', current: { id: 'u1' } })
  const open = () => scope.run(() => useThread(() => urge)) as ReturnType<typeof useThread>
  beforeEach(() => {
    localStorage.clear()
    setActivePinia(createPinia())
    vi.mocked(toast).mockReset()
    urge.may_ask = true
    scope = effectScope()
  })
  afterEach(() => scope.stop())

  it('says that the question was not sent, and keeps it', async () => {
    const thread = open()
    thread.asking.value = true
    thread.text.value = '具体哪天'
    vi.mocked(askAgain).mockRejectedValueOnce(decided())
    await thread.ask()
    expect([thread.note.value, thread.asking.value, thread.text.value]).toEqual(['supervision.stale', true, '具体哪天'])
    urge.may_ask = false
    expect([thread.over.value, thread.note.value]).toEqual([true, 'supervision.stale'])
    urge.may_ask = true
    vi.mocked(askAgain).mockResolvedValueOnce(urge)
    await thread.ask()
    expect([thread.note.value, thread.asking.value]).toEqual(['', false])
  })
  it('does not take the question away', () => {
    const thread = open()
    thread.asking.value = true
    urge.may_ask = false
    expect([thread.over.value, thread.note.value, thread.asking.value]).toEqual([true, 'supervision.over', true])
  })
  it('says that the answer was not accepted', async () => {
    const thread = open()
    vi.mocked(acceptReply).mockRejectedValueOnce(decided())
    await thread.accept()
    expect(vi.mocked(toast).mock.calls).toEqual([['common.error.stale', true]])
    expect(thread.note.value).toBe('')
  })
})
