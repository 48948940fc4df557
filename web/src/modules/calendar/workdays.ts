import type { SpecialDay } from '@/api/types'
import { addDays } from '@/lib/dates'
import { kindOf, works } from './model'

export type Specials = ReadonlyMap<string, SpecialDay>

const isWorked = (day: string, specials: Specials) => works(kindOf(day, specials.get(day)))

/** The working days after `from` up to and including `to`; negative where `to` is the earlier one. */
export function workdaysBetween(from: string, to: string, specials: Specials): number {
  if (to < from) return -workdaysBetween(to, from, specials)
  let n = 0
  for (let day = addDays(from, 1); day <= to; day = addDays(day, 1)) n += Number(isWorked(day, specials))
  return n
}

/** The n-th working day after a day. */
export function addWorkdays(from: string, n: number, specials: Specials): string {
  let day = from
  for (let left = n; left > 0;) {
    day = addDays(day, 1)
    left -= Number(isWorked(day, specials))
  }
  return day
}
