import type { AlikeInput, Forecast, ForecastInput } from '@/api/types'

/** A title so short says too little to be compared. */
const SHORTEST = 4

/** What is about to be asked. */
export interface Asked {
  title?: string
  demand?: string
  /** None where the server knows them from the task. */
  parties: ForecastInput['parties']
  report_rule?: ForecastInput['report_rule']
  start_day?: string | null
  due?: ForecastInput['due']
  milestone_days?: string[]
  task_id?: string | null
}

const leads = (asked: Asked) => (asked.parties ?? []).filter(({ role }) => role === 'lead' || role === 'co_lead')

export function alikeInput(asked: Asked): AlikeInput | null {
  const title = asked.title?.trim() ?? ''
  const parties = leads(asked).map(({ unit_id, role }) => ({ unit_id, role }))
  if (title.length < SHORTEST || title.length > 300 || !parties.length) return null
  return { title, demand: asked.demand?.trim().slice(0, 20_000) ?? '', parties, task_id: asked.task_id ?? null }
}

/** A task that asks for no report at fixed times has nothing to foresee, unless it did so before. */
export function forecastInput(asked: Asked): ForecastInput | null {
  const kind = asked.report_rule?.kind ?? 'none'
  if (!asked.report_rule || (!asked.task_id && (kind === 'none' || kind === 'on_event'))) return null
  const day = asked.report_rule.day ?? 1
  // A day that cannot be is still being chosen.
  if (!leads(asked).length || !Number.isInteger(day) || day < 1 || day > (kind === 'weekly' ? 7 : 31)) return null
  return {
    parties: leads(asked).map(({ unit_id, person_id, role }) => ({ unit_id, person_id: person_id ?? null, role })),
    report_rule: asked.report_rule,
    start_day: asked.start_day || null,
    due: asked.due ?? null,
    milestone_days: asked.milestone_days ?? [],
    task_id: asked.task_id ?? null,
  }
}

/** More than the budget in some week. */
export const isOver = ({ warning, weeks }: Forecast['people'][number]) => !!warning || weeks.some((week) => week.over)

/** Those of whom more would be asked. */
export const concerned = (forecast: Forecast | undefined) =>
  (forecast?.people ?? []).filter((one) => one.weeks.some((week) => week.then > week.now))
/** The fullest of the weeks that would change. */
export const fullest = (person: Forecast['people'][number]) =>
  person.weeks.reduce(
    (most, week) => (week.then > most.then ? week : most),
    person.weeks[0] ?? { from: '', now: 0, then: 0 },
  )

/** The first and the last day of the month before. */
export function lastMonth(today: string): { from_day: string; to_day: string } {
  const [year, month] = today.split('-').map(Number)
  const day = (offset: number, date: number) =>
    new Date(Date.UTC(year ?? 1970, (month ?? 1) - 1 + offset, date)).toISOString().slice(0, 10)
  return { from_day: day(-1, 1), to_day: day(0, 0) }
}
