import { describe, expect, it } from 'vitest'
import type { Forecast } from '@/api/types'
import { summed } from './components/summed'
import { alikeInput, concerned, forecastInput, fullest, isOver, lastMonth } from './model'
import { BOUNDS, changedKeys, numberFaults, rebased, settled } from './rules/model'

const lead = { unit_id: 'a', role: 'lead' } as const
const co = { unit_id: 'b', role: 'co' } as const

describe('before a task is saved', () => {
  it('compares nothing that says too little or is asked of nobody', () => {
    expect(alikeInput({ title: '修路', parties: [lead] })).toBeNull()
    expect(alikeInput({ title: '报送营商环境情况', parties: [co] })).toBeNull()
    expect(alikeInput({ title: ' 报送营商环境情况 ', parties: [lead, co] })).toEqual({
      title: '报送营商环境情况',
      demand: '',
      parties: [lead],
      task_id: null,
    })
  })
  it('foresees only what is asked for at fixed times, or was', () => {
    const rule = { kind: 'weekly', day: 3 } as const
    expect(forecastInput({ parties: [lead], report_rule: { kind: 'none' } })).toBeNull()
    expect(forecastInput({ parties: [co], report_rule: rule })).toBeNull()
    expect(forecastInput({ parties: [lead], report_rule: { kind: 'weekly', day: 25 } })).toBeNull()
    expect(forecastInput({ parties: [lead], report_rule: rule })?.report_rule).toEqual(rule)
    expect(forecastInput({ parties: [lead], report_rule: { kind: 'none' }, task_id: 't' })?.task_id).toBe('t')
  })
  it('adds up what several tasks ask of the same person in the same week', () => {
    const one = (then: number, warning: string | null = null) =>
      ({
        reports_a_week: 3,
        people: [
          { person: { id: 'p', name: '甲' }, weeks: [{ from: '2026-02-09', now: 2, then, over: false }], warning },
        ],
      }) as Forecast
    expect(summed([])).toBeUndefined()
    expect(summed([one(3, '原话')])?.people[0]?.warning).toBe('原话')
    const both = summed([one(3), one(3)])
    expect(both?.people[0]?.weeks).toEqual([{ from: '2026-02-09', now: 2, then: 4, over: true }])
    expect(both?.people.map(isOver)).toEqual([true])
  })
  it('names the fullest week of those whose weeks get fuller', () => {
    const week = (from: string, now: number, then: number) => ({ from, now, then, over: false })
    const forecast: Forecast = {
      reports_a_week: 5,
      people: [
        { person: { id: '1', name: '甲' }, weeks: [week('2026-02-02', 1, 2), week('2026-02-09', 2, 4)], warning: null },
        { person: { id: '2', name: '乙' }, weeks: [week('2026-02-02', 2, 1)], warning: null },
      ],
    }
    expect(concerned(forecast).map((one) => fullest(one).from)).toEqual(['2026-02-09'])
    expect(concerned(undefined)).toEqual([])
  })
  it('states the month before', () => {
    expect(lastMonth('2026-03-05')).toEqual({ from_day: '2026-02-01', to_day: '2026-02-28' })
    expect(lastMonth('2026-01-31')).toEqual({ from_day: '2025-12-01', to_day: '2025-12-31' })
  })
})

describe('the limits', () => {
  const BASE = { messages_a_week: 50, reports_a_week: 5, alike_from: 60 }
  it('are wrong where the server would say so', () => {
    expect(numberFaults(BASE)).toEqual([])
    expect(numberFaults({ messages_a_week: '', reports_a_week: 101, alike_from: 29 })).toEqual(Object.keys(BOUNDS))
  })
  it('that one changed are put upon what others wrote; an emptied field changes nothing', () => {
    const mine = settled({ ...BASE, messages_a_week: 40, alike_from: '' }, BASE)
    expect(changedKeys(BASE, mine)).toEqual(['messages_a_week'])
    expect(rebased(mine, BASE, { ...BASE, messages_a_week: 60, reports_a_week: 4 })).toEqual({
      ...BASE,
      messages_a_week: 40,
      reports_a_week: 4,
    })
  })
})
