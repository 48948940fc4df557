import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick, type EffectScope } from 'vue'
import type { TaskDetail } from '@/api/types'
import { useUrging } from './useUrging'

vi.mock('vue-i18n', async (real) => ({
  ...(await real<object>()),
  useI18n: () => ({ t: (key: string) => key, tm: () => ['', '', ''] }),
}))

describe('a call that is written down with its answer', () => {
  let scope: EffectScope
  const post = vi.fn()
  const parties = ['a', 'b'].map((id) => ({ id, role: 'lead', state: 'signed' }))
  const detail = {
    task: { id: 't1', overdue_days: 0, remain_days: null },
    parties,
    urge_day: null,
  } as unknown as TaskDetail
  function open() {
    scope?.stop()
    scope = effectScope()
    const urging = scope.run(() => useUrging(detail, vi.fn(), post)) as ReturnType<typeof useUrging>
    urging.chosen.value = ['a']
    urging.method.value = 'call'
    urging.text.value = '问何时验收'
    return urging
  }
  beforeEach(() => {
    localStorage.clear()
    setActivePinia(createPinia())
    post.mockReset().mockResolvedValue({})
  })
  afterEach(() => scope.stop())

  it('is not sent where nobody is said to have answered, and its field says so until somebody is chosen', async () => {
    const urging = open()
    urging.answer.value = { person: '', text: '周五' }
    await urging.submit()
    expect([post.mock.calls, Object.keys(urging.form.errors.value)]).toEqual([[], ['answer.person_id']])
    urging.answer.value = { person: 'zhang', text: '周五' }
    await nextTick()
    expect(urging.form.errors.value).toEqual({})
    await urging.submit()
    expect(post.mock.lastCall?.[0]).toMatchObject({ party_ids: ['a'], answer: { person_id: 'zhang', text: '周五' } })
  })
  it('needs nobody where nothing was answered', async () => {
    const urging = open()
    await urging.submit()
    expect(post.mock.lastCall?.[0]).not.toHaveProperty('answer')
  })
  it('is never that of somebody of another unit', async () => {
    const urging = open()
    await nextTick()
    urging.answer.value = { person: 'zhang', text: '周五' }
    urging.chosen.value = ['a', 'b']
    await nextTick()
    urging.chosen.value = ['a']
    await nextTick()
    expect(urging.answer.value.person).toBe('zhang')
    urging.chosen.value = ['b']
    await nextTick()
    expect(urging.answer.value).toEqual({ person: '', text: '周五' })
  })
})
