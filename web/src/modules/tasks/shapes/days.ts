import type { DateKind, SpecialDay } from '@/api/types'
import { kindOf, type DayKind } from '@/modules/calendar'
import type { DayEntry, DayOf } from '../month'

export const KINDS: readonly DateKind[] = ['due', 'milestone', 'report']

/** What a day is in the working calendar, and the holiday it belongs to. */
export function daysOf(days: readonly string[], specials: readonly SpecialDay[]) {
  const known = new Map(specials.map((one) => [one.day, one]))
  return new Map<string, { kind: DayKind; name: string }>(
    days.map((day) => [day, { kind: kindOf(day, known.get(day)), name: known.get(day)?.name ?? '' }]),
  )
}

/**
 * A day without what is done: the entries left, how many more of each kind are not named, and how many are done. Of each
 * kind the server names what is still to be done first, so where one that is done is named, all that are not are done, too.
 */
export function folded(of: DayOf): { entries: DayEntry[]; more: Record<DateKind, number>; done: number } {
  const more = { ...of.more }
  let done = 0
  for (const kind of KINDS) {
    const closed = of.entries.filter((entry) => entry.kind === kind && entry.done).length
    if (!closed) continue
    done += closed + more[kind]
    more[kind] = 0
  }
  return { entries: of.entries.filter((entry) => !entry.done), more, done }
}
