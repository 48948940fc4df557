import type { SpecialDay } from '@/api/types'
import { addDays, daysBetween, monthEnd, weekday } from '@/lib/dates'

/** 'makeup' is a weekend day worked, 'holiday' any day off that is more than a weekend. */
export type DayKind = 'workday' | 'weekend' | 'holiday' | 'makeup'
export interface YearDay {
  day: string
  kind: DayKind
  /** The holiday, or why it was set on the spot. */
  name: string
  local: boolean
}
export interface Month {
  month: number
  /** Monday first; null where a neighbouring month's day would stand. */
  weeks: (YearDay | null)[][]
}

const two = (n: number) => String(n).padStart(2, '0')
export const dayOf = (year: number, month: number, day: number) => `${year}-${two(month)}-${two(day)}`
export const yearOf = (day: string) => Number(day.slice(0, 4))
export const works = (kind: DayKind) => kind === 'workday' || kind === 'makeup'

export function kindOf(day: string, special?: SpecialDay): DayKind {
  if (special) return special.kind === 'holiday' ? 'holiday' : 'makeup'
  return weekday(day) > 5 ? 'weekend' : 'workday'
}

/** The twelve months as they hang on a wall. */
export function monthsOf(year: number, specials: readonly SpecialDay[]): Month[] {
  const known = new Map(specials.map((one) => [one.day, one]))
  return Array.from({ length: 12 }, (_, index) => {
    const first = dayOf(year, index + 1, 1)
    const length = Number(monthEnd(first).slice(8))
    const cells: (YearDay | null)[] = Array.from({ length: weekday(first) - 1 }, () => null)
    for (let n = 0; n < length; n++) {
      const day = addDays(first, n)
      const special = known.get(day)
      cells.push({ day, kind: kindOf(day, special), name: special?.name ?? '', local: special?.local ?? false })
    }
    while (cells.length % 7) cells.push(null)
    const weeks = Array.from({ length: cells.length / 7 }, (_unused, week) => cells.slice(week * 7, week * 7 + 7))
    return { month: index + 1, weeks }
  })
}

/** How many days are worked: in the whole year, and from a day on. */
export function workdaysOf(months: readonly Month[], from: string): { all: number; left: number } {
  const days = months.flatMap((month) => month.weeks.flat()).filter((one) => one && works(one.kind))
  return { all: days.length, left: days.filter((one) => one && one.day >= from).length }
}

export interface Holiday {
  name: string
  from: string
  to: string
  work: string[]
}

/** The notice's holidays, read back from its days: runs of days off of one name, each with the days worked for it. */
export function holidaysOf(specials: readonly SpecialDay[]): Holiday[] {
  const days = [...specials].sort((a, b) => a.day.localeCompare(b.day))
  const local = new Set(days.filter((one) => one.local).map((one) => one.day))
  const runs: Holiday[] = []
  for (const one of days) {
    if (one.local || one.kind !== 'holiday') continue
    const last = runs.at(-1)
    if (last?.name === one.name && joins(last.to, one.day, local)) last.to = one.day
    else runs.push({ name: one.name, from: one.day, to: one.day, work: [] })
  }
  for (const one of days) {
    if (one.local || one.kind !== 'workday') continue
    const near = (run: Holiday) => Math.abs(daysBetween(run.from, one.day))
    const own = runs.filter((run) => run.name === one.name).sort((a, b) => near(a) - near(b))[0]
    own?.work.push(one.day)
  }
  return runs
}

/** Days set on the spot inside a holiday hide it there; it goes on behind them. */
function joins(to: string, day: string, local: ReadonlySet<string>): boolean {
  for (let next = addDays(to, 1); next < day; next = addDays(next, 1)) if (!local.has(next)) return false
  return true
}

/** What belongs to the notice of a year: New Year may begin in the December before, and that of the next year is not ours. */
export function ofNotice(year: number, holidays: readonly Holiday[]): Holiday[] {
  return holidays.filter((one) => {
    if (yearOf(one.to) === year) return !(one.name.includes('元旦') && one.from >= dayOf(year, 12, 1))
    return false
  })
}
