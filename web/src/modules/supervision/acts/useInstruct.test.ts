import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick, ref, type EffectScope } from 'vue'
import type { Me, TaskDetail } from '@/api/types'
import { useSession } from '@/modules/access'
import { useInstruct } from './useInstruct'

vi.mock('vue-i18n', async (real) => ({ ...(await real<object>()), useI18n: () => ({ t: (key: string) => key }) }))
vi.mock('vue-router', async (real) => ({ ...(await real<object>()), useRouter: () => ({ push: vi.fn() }) }))
const asked = vi.hoisted(() => ({ data: { value: undefined as unknown } }))
vi.mock('@tanstack/vue-query', async (real) => ({ ...(await real<object>()), useQuery: () => asked }))

describe('an instruction that was not sent', () => {
  let scope: EffectScope
  const detail = { task: { id: 't1', state: 'active' }, parties: [], can: [], urge_day: null } as unknown as TaskDetail
  /** The form is opened on a day, and it is known a moment later who may have spoken. */
  async function open(today: string, leaders: { id: string; name: string }[] = []) {
    scope?.stop()
    setActivePinia(createPinia())
    useSession().me = { person: { id: 'me', name: '王主任' }, today } as Me
    asked.data = ref()
    scope = effectScope()
    const form = scope.run(() => useInstruct(detail, vi.fn())) as ReturnType<typeof useInstruct>
    asked.data.value = { own: true, leaders }
    await later()
    return form
  }
  const later = async () => {
    await nextTick()
    vi.advanceTimersByTime(400)
  }
  beforeEach(() => {
    vi.useFakeTimers()
    vi.setSystemTime('2026-11-30T09:00:00+08:00')
    localStorage.clear()
  })
  afterEach(() => {
    scope.stop()
    vi.useRealTimers()
  })

  it('is nothing where the form was only looked at', async () => {
    expect((await open('2026-11-30')).leader.value).toBe('me')
    expect((await open('2026-12-01')).form.restored).toBe(false)
  })
  it('is said on the day it is sent where the words are one’s own, and not to be answered by a day that has passed', async () => {
    const monday = await open('2026-11-30')
    monday.text.value = '请抓紧'
    monday.day.value = '2026-12-01'
    await later()
    const friday = await open('2026-12-04')
    expect([friday.text.value, friday.on.value, friday.day.value]).toEqual(['请抓紧', '2026-12-04', '2026-12-08'])
    friday.day.value = '2026-12-31'
    await later()
    expect((await open('2026-12-05')).day.value).toBe('2026-12-31')
  })
  it('keeps the day on which somebody else said it', async () => {
    const other = [{ id: 'deputy', name: '李副主任' }]
    const monday = await open('2026-11-30', other)
    monday.leader.value = 'deputy'
    monday.text.value = '请抓紧'
    monday.on.value = '2026-11-27'
    await later()
    const tuesday = await open('2026-12-01', other)
    expect([tuesday.leader.value, tuesday.on.value]).toEqual(['deputy', '2026-11-27'])
  })
})
