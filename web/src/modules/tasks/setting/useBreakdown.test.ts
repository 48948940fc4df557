import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick, ref, type EffectScope } from 'vue'
import type { TaskDetail, TaskRow } from '@/api/types'
import type { ChildRow } from './breakdown'
import { useBreakdown } from './useBreakdown'

const child = (id: string, title: string, weight = 50) =>
  ({ id, title, weight, version: 1, state: 'draft', lead: null, co_units: [], due_day: null }) as unknown as TaskRow
const task = (version: number, children: TaskRow[] = []) =>
  ({ task: { version }, children, reserved_weight: 0 }) as unknown as TaskDetail

describe('rows that were not saved', () => {
  let scope: EffectScope
  /** A page that is opened; the one before is gone. */
  function open(now: TaskDetail | undefined) {
    scope?.stop()
    scope = effectScope()
    const detail = ref(now)
    const make = () => useBreakdown('sbc.breakdown.test', () => detail.value as TaskDetail, ref(null))
    const plan = scope.run(make) as ReturnType<typeof make>
    return { plan, detail }
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
  const rowOf = (plan: ReturnType<typeof open>['plan'], n = 0) => plan.rows.value[n] as ChildRow
  const titles = (plan: ReturnType<typeof open>['plan']) => plan.rows.value.map((row) => row.title)

  it('are there again after a reload, with the version they were written to', async () => {
    const { plan } = open(task(3))
    rowOf(plan).title = '摸清底数'
    plan.change()
    await settle()
    const again = open(task(3)).plan
    expect([again.restored.value, again.touched.value, again.version.value]).toEqual([true, true, 3])
    expect(titles(again)).toEqual(['摸清底数', '', ''])
  })
  it('are joined by what others added meanwhile', async () => {
    const { plan } = open(task(3, [child('a', '原有一步')]))
    rowOf(plan).title = '改过的一步'
    plan.change()
    await settle()
    const again = open(task(4, [child('a', '原有一步'), child('b', '别人的一步')])).plan
    expect(titles(again)).toEqual(['改过的一步', '别人的一步'])
    expect(again.version.value).toBe(4)
  })
  it('keep the weight somebody gave a task that is out, whatever others changed meanwhile', async () => {
    const out = (id: string, weight: number) => ({ ...child(id, id, weight), state: 'active' }) as TaskRow
    const { plan } = open(task(3, [out('a', 50), out('b', 30), child('c', '草稿', 20)]))
    plan.pin(rowOf(plan), 40)
    await settle()
    const again = open(task(4, [out('a', 50), out('b', 25), child('c', '草稿', 25)])).plan
    expect(again.rows.value.map((row) => [row.id, row.weight])).toEqual([
      ['a', 40],
      ['b', 25],
      ['c', 35],
    ])
    expect([again.complete.value, again.touched.value]).toEqual([true, true])
  })
  it('keep a typed weight when their draft was handed out, not one that was shared', async () => {
    const both = [child('a', '一'), child('b', '二')]
    const { plan } = open(task(3, both))
    plan.pin(rowOf(plan), 70)
    await settle()
    const away = both.map((one) => ({ ...one, state: 'dispatched' }) as TaskRow)
    const again = open(task(4, away)).plan
    expect(again.rows.value.map((row) => [row.weight, row.locked?.id])).toEqual([
      [70, 'a'],
      [50, 'b'],
    ])
  })
  it('do not make anew a task that was out and is there no more', async () => {
    const out = { ...child('a', '交办过的'), state: 'active' } as TaskRow
    const { plan } = open(task(3, [out, child('b', '草稿')]))
    rowOf(plan, 1).title = '改过的草稿'
    plan.change()
    await settle()
    expect(titles(open(task(4, [child('b', '草稿')])).plan)).toEqual(['改过的草稿'])
  })
  it('are forgotten once they are saved or given up', async () => {
    const { plan } = open(task(3))
    rowOf(plan).title = '摸清底数'
    plan.change()
    await settle()
    plan.fill(task(4, [child('a', '摸清底数')]))
    expect(open(task(4, [child('a', '摸清底数')])).plan.restored.value).toBe(false)
    const { plan: other } = open(task(4))
    rowOf(other).title = '不要了'
    other.change()
    await settle()
    const { plan: back } = open(task(4))
    back.restart()
    await settle()
    expect([back.restored.value, titles(back)]).toEqual([false, ['', '', '']])
    expect(open(task(4)).plan.restored.value).toBe(false)
  })
  it('are kept again when one goes on after saving', async () => {
    const { plan } = open(task(3))
    plan.fill(task(4))
    rowOf(plan).title = '又一步'
    plan.change()
    await settle()
    expect(open(task(4)).plan.restored.value).toBe(true)
  })
  it('keep the weights the server shared out, until the rows are others', () => {
    const given = [14.2858, ...Array<number>(6).fill(14.2857)]
    const { plan } = open(
      task(
        3,
        given.map((weight, n) => child(`c${n}`, `第${n}步`, weight)),
      ),
    )
    const weights = () => plan.rows.value.map((row) => row.weight)
    expect([plan.sum.value, plan.complete.value]).toEqual([100, true])
    rowOf(plan).title = '改过的一步'
    plan.change()
    expect(weights()).toEqual(given)
    plan.remove(6)
    expect(weights()).toEqual([16.6667, 16.6667, 16.6667, 16.6667, 16.6666, 16.6666])
    plan.pin(rowOf(plan), 16.66665)
    expect([weights()[0], plan.complete.value]).toEqual([16.6667, true])
  })
  it('lose the handler with the unit', () => {
    const { plan } = open(task(3))
    const row = rowOf(plan)
    row.person = 'p1'
    plan.lead(row, 'u2')
    expect([row.lead, row.person]).toEqual(['u2', ''])
  })
  it('take an error to its cell, wherever the row stands', () => {
    const { plan } = open(task(3, [child('a', '一'), child('b', '二')]))
    const key = rowOf(plan, 1).key
    expect(
      plan.cellErrors({ 'children.1.parties.0.person_id': '此人不在该单位', 'children.1.weight': '太小' }),
    ).toEqual({
      [`${key}.person`]: '此人不在该单位',
      [`${key}.weight`]: '太小',
    })
  })
})
