import { describe, expect, it } from 'vitest'
import type { GanttRow, SavedView, TaskCalendar } from '@/api/types'
import { emptyFilter } from './filter'
import { barOf, dragged, scaleOf } from './gantt'
import { daysOf, folded } from './shapes/days'
import { depths } from './shapes/heat'
import { monthDays, onDays } from './month'
import { keptFilter, parseShape, shapeQuery, viewQuery } from './shape'

describe('shape', () => {
  it('reads an address and leaves out what it does not understand', () => {
    expect(parseShape({ view: 'board', group: 'lamp' })).toEqual({ mode: 'board', group: 'lamp', month: '', saved: '' })
    expect(parseShape({ view: 'cube', group: 'x', month: '2026-13' }).mode).toBe('list')
    expect(shapeQuery(parseShape({ view: 'calendar', month: '2026-03' }))).toEqual({
      view: 'calendar',
      month: '2026-03',
    })
    expect(shapeQuery(parseShape({}))).toEqual({})
  })
  it('makes an address of a saved view, and a saved view of a filter', () => {
    const filter = keptFilter({ ...emptyFilter(), lamp: ['red', 'orange'], sort: '-lamp' })
    const view = { id: 'v', filter, mode: 'board', grouping: 'unit', columns: [] } as unknown as SavedView
    expect(viewQuery(view)).toEqual({ lamp: 'red,orange', sort: '-lamp', view: 'board', group: 'unit', saved: 'v' })
  })
})

describe('month', () => {
  it('shows whole weeks from Monday on', () => {
    const days = monthDays('2026-02')
    expect([days[0], days.at(-1), days.length]).toEqual(['2026-01-26', '2026-03-01', 35])
    expect(monthDays('2026-11')).toHaveLength(42)
  })
  it('puts everything on its day and counts what is not named', () => {
    const calendar = {
      items: [{ day: '2026-02-20', kind: 'due', task_id: 'a', name: null, done: false }],
      counts: [{ day: '2026-02-20', kind: 'due', count: 9 }],
      tasks: [{ id: 'a', title: '甲' }],
    } as unknown as TaskCalendar
    const day = onDays(calendar).get('2026-02-20')
    expect(day?.entries.map((entry) => entry.task.title)).toEqual(['甲'])
    expect(day?.more).toEqual({ due: 8, milestone: 0, report: 0 })
  })
})

describe('gantt', () => {
  const row = (start_day: string, due_day: string | null) =>
    ({ start_day, original_due_day: null, steps: [], task: { due_day } }) as unknown as GanttRow
  it('spans what is shown and today, and no more than four years', () => {
    const scale = scaleOf([row('2026-02-10', '2026-03-05')], '2026-02-20', 'week')
    expect([scale.from, scale.to]).toEqual(['2026-02-01', '2026-03-31'])
    const wide = scaleOf([row('1990-01-01', '2090-01-01')], '2026-02-20', 'month')
    expect([wide.from, wide.to]).toEqual(['2024-02-01', '2028-02-29'])
  })
  it('draws a bar over its days, the last one included', () => {
    const scale = scaleOf([row('2026-02-10', '2026-02-12')], '2026-02-10', 'week')
    expect(barOf(scale, '2026-02-10', '2026-02-12')).toEqual({ left: 9 * scale.px, width: 3 * scale.px })
    // A task without an end is drawn as one day, one from before the picture from its edge on.
    expect(barOf(scale, '2026-02-10', null).width).toBe(scale.px)
    expect(barOf(scale, '2020-01-01', '2026-02-02')).toEqual({ left: 0, width: 2 * scale.px })
  })
  it('moves the whole, the beginning or the end, and never past each other', () => {
    const span = { start: '2026-02-10', due: '2026-02-12' }
    expect(dragged(span, 'move', 3)).toEqual({ start: '2026-02-13', due: '2026-02-15' })
    expect(dragged(span, 'due', 1)).toEqual({ start: '2026-02-10', due: '2026-02-13' })
    expect(dragged(span, 'due', -9)).toEqual({ start: '2026-02-10', due: '2026-02-10' })
    expect(dragged(span, 'start', 9)).toEqual({ start: '2026-02-12', due: '2026-02-12' })
  })
})

describe('shapes', () => {
  it('fill the panel with whole months', () => {
    const narrow = scaleOf([], '2026-11-28', 'week')
    expect([narrow.from, narrow.to]).toEqual(['2026-11-01', '2026-11-30'])
    const wide = scaleOf([], '2026-11-28', 'week', 800)
    expect(wide.to).toBe('2027-01-31')
    expect(wide.days * wide.px).toBeGreaterThanOrEqual(800)
  })

  it('show who has most of a lamp, however much is closed', () => {
    const first = { by_lamp: { red: 4, blue: 400 } }
    const second = { by_lamp: { red: 1, blue: 200 } }
    const depth = depths([first, second])
    expect(depth(first, 'red')).toBe(80)
    expect(depth(second, 'red')).toBeLessThan(50)
    expect(depth(second, 'red')).toBeGreaterThan(20)
    expect(depth(first, 'blue')).toBeLessThan(20)
    expect(depth(first, 'orange')).toBe(0)
  })

  it('fold what is done, and with it what the server did not name behind it', () => {
    const entry = (kind: 'due' | 'report', done: boolean) => ({ kind, done, name: null, task: {} as never })
    const day = {
      entries: [entry('due', false), entry('due', true), entry('report', false)],
      more: { due: 5, milestone: 0, report: 7 },
    }
    expect(folded(day)).toEqual({
      entries: [day.entries[0], day.entries[2]],
      more: { due: 0, milestone: 0, report: 7 },
      done: 6,
    })
  })

  it('know days off, and weekends that are worked', () => {
    const days = daysOf(
      ['2026-10-01', '2026-10-10', '2026-10-11', '2026-10-12'],
      [
        { day: '2026-10-01', kind: 'holiday', name: '国庆节', local: false },
        { day: '2026-10-10', kind: 'workday', name: '国庆节', local: false },
      ],
    )
    expect([...days.values()].map((one) => one.kind)).toEqual(['holiday', 'makeup', 'weekend', 'workday'])
    expect(days.get('2026-10-01')?.name).toBe('国庆节')
  })
})
