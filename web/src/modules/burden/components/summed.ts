import type { Forecast } from '@/api/types'

/** What several forecasts of one day come to: what each adds is added up, person by person and week by week. */
export function summed([first, ...rest]: readonly Forecast[]): Forecast | undefined {
  if (!first || !rest.length) return first
  const people = new Map<string, Forecast['people'][number]>()
  for (const one of [first, ...rest].flatMap((forecast) => forecast.people)) {
    const known = people.get(one.person.id)
    const weeks = new Map((known?.weeks ?? []).map((week) => [week.from, week]))
    for (const { from, now, then } of one.weeks) {
      const sum = (weeks.get(from)?.then ?? now) + then - now
      weeks.set(from, { from, now, then: sum, over: sum > first.reports_a_week })
    }
    // The server's sentence speaks of one task alone.
    people.set(one.person.id, { ...one, weeks: [...weeks.values()], warning: null })
  }
  return { ...first, people: [...people.values()] }
}
