import type { LaidTask, RecurrenceInput, SeriesDetail, SeriesDueKind, SeriesInput, SeriesMode } from '@/api/types'
import { dueInput } from '../setting/form'

/** What a series is to be, as its form has it: flat, with empty strings. */
export interface SeriesForm {
  name: string
  title: string
  /** “每月25日”; empty where it was chosen field by field. */
  text: string
  every: 'week' | 'month' | 'quarter' | 'year'
  interval: number
  /** Empty for the last working day of the month. */
  day: number | ''
  month: number
  moved: 'before' | 'after' | 'stays'
  due_kind: SeriesDueKind
  due_days: number
  ahead: number
  mode: SeriesMode
  starts: string
  ends: 'never' | 'day' | 'times'
  until: string
  times: number
  not_secret: boolean
}

/** What a title may hold of its period. */
export const PLACES = ['{year}', '{month}', '{quarter}', '{week}', '{day}'] as const
/** Rules that are asked for most often. */
export const USUAL = [
  '每周一',
  '每月25日',
  '每月最后一个工作日',
  '每季度最后一个工作日',
  '每年12月最后一个工作日',
] as const

export const emptySeries = (starts: string): SeriesForm => ({
  name: '',
  title: '',
  text: '每月25日',
  every: 'month',
  interval: 1,
  day: 25,
  month: 1,
  moved: 'before',
  due_kind: 'after',
  due_days: 5,
  ahead: 2,
  mode: 'dispatch',
  starts,
  ends: 'never',
  until: '',
  times: 12,
  not_secret: false,
})

export function seriesForm(series: SeriesDetail): SeriesForm {
  const { rule, due } = series
  return {
    ...emptySeries(''),
    name: series.name,
    title: series.title,
    text: '',
    every: rule.every,
    interval: rule.interval,
    day: rule.day ?? '',
    month: rule.month ?? 1,
    moved: rule.moved,
    due_kind: due.kind,
    due_days: due.days ?? 5,
    ahead: series.ahead,
    mode: series.mode,
    ends: series.until ? 'day' : series.times ? 'times' : 'never',
    until: series.until ?? '',
    times: series.times ?? 12,
  }
}

/** Words win over fields. Of a week there is always a day, of a month perhaps its last working one. */
export function ruleOf(form: SeriesForm): RecurrenceInput {
  if (form.text.trim()) return { text: form.text.trim() }
  const { every, interval, moved } = form
  const day = form.day === '' ? (every === 'week' ? 1 : null) : form.day
  return {
    every,
    interval,
    moved,
    day,
    month: every === 'quarter' || every === 'year' ? form.month : null,
  }
}

export function seriesInput(form: SeriesForm, source: SeriesInput['source']): SeriesInput {
  return {
    name: form.name.trim(),
    title: form.title.trim() || null,
    source,
    rule: ruleOf(form),
    due: { kind: form.due_kind, days: form.due_kind === 'period_end' ? null : form.due_days },
    ahead: form.ahead,
    mode: form.mode,
    starts: form.starts || null,
    until: form.ends === 'day' ? form.until || null : null,
    times: form.ends === 'times' ? form.times : null,
    not_secret: form.not_secret,
  }
}

/** Places of a pattern that were left open, by task and party. */
export const openPlaces = (tasks: readonly LaidTask[]) =>
  tasks.flatMap((one) =>
    one.parties.flatMap((party, index) =>
      party.unit
        ? []
        : [{ key: `${one.task}.${index}`, task: one.task, party: index, title: one.title, role: party.role }],
    ),
  )
export const chosenOf = (chosen: Record<string, string>) =>
  Object.entries(chosen)
    .filter(([, unit]) => unit)
    .map(([key, unit_id]) => {
      const [task = 0, party = 0] = key.split('.').map(Number)
      return { task, party, unit_id }
    })

/** How the same work is to be set again. */
export interface AgainForm {
  title: string
  start: string
  due: string
  below: boolean
  files: boolean
  same_matter: boolean
  chosen: Record<string, string>
}
export const emptyAgain = (start: string): AgainForm => ({
  title: '',
  start,
  due: '',
  below: true,
  files: false,
  same_matter: false,
  chosen: {},
})
/** What a copy and the use of a template have in common. */
export const againDates = (form: AgainForm) => ({
  title: form.title.trim() || null,
  start_day: form.start || null,
  due: dueInput(form.due),
})
