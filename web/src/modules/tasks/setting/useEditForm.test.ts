import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick, ref, type EffectScope } from 'vue'
import type { TaskDetail } from '@/api/types'
import { differs, emptyForm } from './form'
import { useEditForm } from './useEditForm'

const task = (version: number, part: object = {}, row: object = {}) =>
  ({
    task: {
      id: 't',
      version,
      title: '做成一件事',
      source_kind: 'other',
      importance: 'normal',
      urgency: 'routine',
      ...row,
    },
    parties: [],
    demand: '原要求',
    milestones: [],
    report_rule: { kind: 'none' },
    ...part,
  }) as unknown as TaskDetail

describe('a change of a task that was not saved', () => {
  let scope: EffectScope | undefined
  /** A page that is opened; the one before is gone. */
  function open(now: TaskDetail | undefined) {
    scope?.stop()
    scope = effectScope()
    const detail = ref(now)
    const reason = ref('')
    const make = () => useEditForm('sbc.edit.p.t', () => detail.value, ref(null), ref(emptyForm()), reason)
    return { ...(scope.run(make) as ReturnType<typeof make>), detail, reason }
  }
  const settle = async () => {
    await nextTick()
    vi.advanceTimersByTime(400)
  }
  beforeEach(() => {
    vi.useFakeTimers()
    localStorage.clear()
  })
  afterEach(() => vi.useRealTimers())

  it('is there again after the tab was closed, with its reason and the version it was typed to', async () => {
    const first = open(task(3))
    first.form.value.demand = '写了很久的要求'
    first.reason.value = '会议议定'
    await settle()
    const again = open(task(3))
    expect([again.restored.value, again.moved.value, again.version.value]).toEqual([true, false, 3])
    expect([again.form.value.demand, again.reason.value]).toEqual(['写了很久的要求', '会议议定'])
  })
  it('is put upon what others changed meanwhile', async () => {
    const first = open(task(3))
    first.form.value.demand = '写了很久的要求'
    await settle()
    const again = open(task(4, { demand: '别人的要求' }, { title: '别人改过的名称' }))
    expect([again.restored.value, again.moved.value, again.version.value]).toEqual([true, true, 4])
    expect([again.form.value.title, again.form.value.demand]).toEqual(['别人改过的名称', '写了很久的要求'])
    expect([again.base.value.title, again.base.value.demand]).toEqual(['别人改过的名称', '别人的要求'])
  })
  it('is nothing any more where somebody else wrote the same', async () => {
    const first = open(task(3))
    first.form.value.demand = '一样的要求'
    await settle()
    const again = open(task(4, { demand: '一样的要求' }))
    expect([again.restored.value, again.touched.value]).toEqual([false, false])
    await settle()
    expect(localStorage.length).toBe(0)
  })
  it('waits for the task before it is shown, and is not taken back by an older one', async () => {
    const first = open(task(3))
    first.form.value.demand = '写了很久的要求'
    await settle()
    const again = open(undefined)
    expect(again.version.value).toBe(0)
    again.detail.value = task(2, {}, { title: '更早的名称' })
    await nextTick()
    expect([again.version.value, again.form.value.title]).toEqual([3, '做成一件事'])
    expect(again.form.value.demand).toBe('写了很久的要求')
  })
  it('is kept only while something differs', async () => {
    const { form } = open(task(3))
    await settle()
    expect(localStorage.length).toBe(0)
    form.value.demand = '改了'
    await settle()
    expect(localStorage.length).toBe(1)
    form.value.demand = '原要求'
    await settle()
    expect(localStorage.length).toBe(0)
  })
  it('is forgotten once it is saved or given up', async () => {
    const first = open(task(3))
    first.form.value.demand = '不要了'
    first.reason.value = '没有理由'
    await settle()
    const again = open(task(3))
    again.restart()
    expect([again.form.value.demand, again.reason.value, again.restored.value]).toEqual(['原要求', '', false])
    await settle()
    expect(localStorage.length).toBe(0)
    // Giving it up once does not end keeping.
    again.form.value.demand = '保存的'
    await settle()
    expect(localStorage.length).toBe(1)
    again.forget()
    await settle()
    expect(localStorage.length).toBe(0)
  })
})

describe('what stands in a form', () => {
  const form = emptyForm()
  const part = { role: 'co' as const, person: '', demand: '汇总', due_day: '' }
  it('is the same where a field was emptied again or a unit went', () => {
    expect(differs({ ...form, fields: { 'other/no': '', 'other/areas': [] } }, form)).toBe(false)
    expect(differs({ ...form, parts: { u1: part } }, form)).toBe(false)
  })
  it('is another with a field that was filled in, a unit, or what is asked of it', () => {
    expect(differs({ ...form, fields: { 'other/no': '12' } }, form)).toBe(true)
    expect(differs({ ...form, co: ['u1'] }, form)).toBe(true)
    expect(differs({ ...form, co: ['u1'], parts: { u1: part } }, { ...form, co: ['u1'] })).toBe(true)
  })
})
