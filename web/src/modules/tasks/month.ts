import type { DateKind, TaskCalendar, TaskRow } from '@/api/types'
import { addDays, daysBetween, monthEnd, monthStart, weekday } from '@/lib/dates'

/** The whole weeks of a month, from Monday on. */
export function monthDays(month: string): string[] {
  const first = monthStart(`${month}-01`)
  const last = monthEnd(first)
  const from = addDays(first, 1 - weekday(first))
  const to = addDays(last, 7 - weekday(last))
  return Array.from({ length: daysBetween(from, to) + 1 }, (_, n) => addDays(from, n))
}

export const monthAfter = (month: string, n: number): string => {
  const [y, m] = month.split('-').map(Number)
  const index = (y ?? 1970) * 12 + (m ?? 1) - 1 + n
  return `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`
}

export interface DayEntry {
  kind: DateKind
  task: TaskRow
  name: string | null
  done: boolean
}
export interface DayOf {
  entries: DayEntry[]
  /** How many of each kind are not named. */
  more: Record<DateKind, number>
}

export function onDays(calendar: TaskCalendar): Map<string, DayOf> {
  const tasks = new Map(calendar.tasks.map((task) => [task.id, task]))
  const days = new Map<string, DayOf>()
  for (const { day, kind, count } of calendar.counts) {
    const of = days.get(day) ?? { entries: [], more: { due: 0, milestone: 0, report: 0 } }
    of.more[kind] = count
    days.set(day, of)
  }
  for (const item of calendar.items) {
    const task = tasks.get(item.task_id)
    const of = days.get(item.day)
    if (!task || !of) continue
    of.entries.push({ kind: item.kind, task, name: item.name, done: item.done })
    of.more[item.kind] -= 1
  }
  return days
}
