import type { GanttRow } from '@/api/types'
import { addDays, daysBetween, monthEnd, monthStart } from '@/lib/dates'

/** Pixels of a day. */
export const ZOOMS = { day: 26, week: 9, month: 3 } as const
export type Zoom = keyof typeof ZOOMS

/** The days a picture spans; whole months. */
export interface Scale {
  from: string
  to: string
  px: number
  days: number
}

/** No picture is wider than two years to either side of today: what lies beyond is drawn to its edge. */
const FAR = 730

/** At least so wide that it fills the panel. */
export function scaleOf(rows: readonly GanttRow[], today: string, zoom: Zoom, room = 0): Scale {
  const ends = rows.flatMap((row) => [row.start_day, row.task.due_day, row.original_due_day])
  const days = [
    today,
    ...ends.filter((day): day is string => !!day),
    ...rows.flatMap((row) => row.steps.map((s) => s.day)),
  ]
  const [earliest, latest] = [addDays(today, -FAR), addDays(today, FAR)]
  const least = days.reduce((a, b) => (b < a ? b : a))
  const most = days.reduce((a, b) => (b > a ? b : a))
  const from = monthStart(least < earliest ? earliest : least)
  const to = monthEnd(most > latest ? latest : most)
  const px = ZOOMS[zoom]
  const spanned = daysBetween(from, to) + 1
  const fill = Math.ceil(room / px)
  if (spanned >= fill) return { from, to, px, days: spanned }
  const filled = monthEnd(addDays(from, fill - 1))
  return { from, to: filled, px, days: daysBetween(from, filled) + 1 }
}

/** Where a day begins. */
export const leftOf = (scale: Scale, day: string): number =>
  Math.min(Math.max(0, daysBetween(scale.from, day)), scale.days) * scale.px

export function barOf(scale: Scale, start: string, due: string | null): { left: number; width: number } {
  const left = leftOf(scale, start)
  const right = leftOf(scale, addDays(due ?? start, 1))
  return { left, width: Math.max(right - left, Math.min(scale.px, 6)) }
}

export interface Span {
  start: string
  due: string
}
export type Grip = 'move' | 'start' | 'due'

/** A span after it has been pulled so many days. */
export function dragged(span: Span, grip: Grip, days: number): Span {
  if (grip === 'move') return { start: addDays(span.start, days), due: addDays(span.due, days) }
  if (grip === 'due') {
    const due = addDays(span.due, days)
    return { start: span.start, due: due < span.start ? span.start : due }
  }
  const start = addDays(span.start, days)
  return { start: start > span.due ? span.due : start, due: span.due }
}

export interface Tick {
  left: number
  width: number
  label: string
}

/** Months, and days or weeks where there is room for them. */
export function ticks(scale: Scale, zoom: Zoom): { months: Tick[]; days: Tick[] } {
  const months: Tick[] = []
  for (let day = scale.from; day <= scale.to; day = addDays(monthEnd(day), 1)) {
    const n = daysBetween(day, monthEnd(day)) + 1
    months.push({ left: leftOf(scale, day), width: n * scale.px, label: day.slice(0, 7) })
  }
  const step = { day: 1, week: 7, month: 0 }[zoom]
  const days: Tick[] = []
  if (step)
    for (let n = 0; n < scale.days; n += step)
      days.push({ left: n * scale.px, width: step * scale.px, label: addDays(scale.from, n).slice(8) })
  return { months, days }
}
