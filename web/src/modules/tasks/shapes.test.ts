import { describe, expect, it } from 'vitest'
import type { GanttRow, SavedView, TaskCalendar } from '@/api/types'
import { emptyFilter } from './filter'
import { barOf, dragged, scaleOf } from './gantt'
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
