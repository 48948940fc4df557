import type { Figures, ProgressBy, ProgressRow } from '@/api/types'
import { addDays, monthEnd, monthStart } from '@/lib/dates'

/** What progress is put together by; persons only within a unit. */
export const BYS: readonly ProgressBy[] = [
  'unit',
  'charge_leader',
  'source_kind',
  'source_document',
  'importance',
  'month',
  'quarter',
  'year',
]
export const PERIODS = ['year', 'quarter', 'month', 'last', 'all', 'own'] as const
export type Period = (typeof PERIODS)[number]

/** How many there are, in the order of a table; `main` ones stand on the phone at once. */
export const COUNTS = [
  'total',
  'fresh',
  'open',
  'due_soon',
  'overdue',
  'done',
  'settled',
  'suspended',
  'terminated',
] as const
export const RATES = ['progress', 'completion', 'on_time', 'on_time_original'] as const
export type RateKey = (typeof RATES)[number]

/** Which counts a rate is made of: a part and the whole. */
export const RATE_OF: Readonly<Record<Exclude<RateKey, 'progress'>, readonly [string, string]>> = {
  completion: ['owed_done', 'owed'],
  on_time: ['kept', 'judged'],
  on_time_original: ['kept_original', 'judged_original'],
}

/** The days a period stands for. */
export function periodDays(period: Period, today: string): { due_from?: string; due_to?: string } {
  const year = Number(today.slice(0, 4))
  switch (period) {
    case 'month':
      return { due_from: monthStart(today), due_to: monthEnd(today) }
    case 'quarter': {
      const first = Math.floor((Number(today.slice(5, 7)) - 1) / 3) * 3 + 1
      const from = `${year}-${String(first).padStart(2, '0')}-01`
      return { due_from: from, due_to: monthEnd(monthStart(addDays(from, 70))) }
    }
    case 'year':
      return { due_from: `${year}-01-01`, due_to: `${year}-12-31` }
    case 'last':
      return { due_from: `${year - 1}-01-01`, due_to: `${year - 1}-12-31` }
    default:
      return {}
  }
}

/** What a page of progress shows, as it stands in the address. */
export interface Asked {
  by: ProgressBy
  period: Period
  due_from: string
  due_to: string
  /** Everything else the task list can be narrowed down to. */
  rest: Record<string, string>
}
/** What a figure says itself, and what only orders a list. */
const NOT_HERE = [
  'state',
  'lamp',
  'overdue',
  'due_soon',
  'started',
  'waiting',
  'at_risk',
  'judged',
  'on_time',
  'leaves',
  'roots',
  'sort',
  'cursor',
  'limit',
  'view',
  'group',
  'saved',
]

type Raw = Record<string, string | null | undefined | (string | null)[]>
export function parseAsked(raw: Raw, first: Period = 'year'): Asked {
  const one = (name: string) => {
    const value = raw[name]
    return (Array.isArray(value) ? value[0] : value) ?? ''
  }
  const rest: Record<string, string> = {}
  for (const name of Object.keys(raw))
    if (!['by', 'period', 'due_from', 'due_to', ...NOT_HERE].includes(name) && one(name)) rest[name] = one(name)
  const asked = [...BYS, 'handler' as const].find((by) => by === one('by')) ?? 'unit'
  const by = asked === 'handler' && !rest['lead_unit_id'] ? 'unit' : asked
  const own = one('due_from') || one('due_to')
  const period = PERIODS.find((name) => name === one('period')) ?? (own ? 'own' : first)
  return { by, period, due_from: one('due_from'), due_to: one('due_to'), rest }
}

/** The same in the address. */
export function askedQuery(asked: Asked): Record<string, string> {
  const { by, period, due_from, due_to, rest } = asked
  const own = period === 'own' ? { ...(due_from ? { due_from } : {}), ...(due_to ? { due_to } : {}) } : {}
  return { ...rest, ...own, by, period }
}

/** What the server is asked. */
export function progressQuery(asked: Asked, today: string): Record<string, string> {
  const { period, due_from, due_to, rest } = asked
  const own = { ...(due_from ? { due_from } : {}), ...(due_to ? { due_to } : {}) }
  return { ...rest, ...(period === 'own' ? own : periodDays(period, today)) }
}

/** Whether all of a row's numbers are nothing. */
export const isEmpty = (row: Pick<ProgressRow, 'figures'>) => !row.figures.counts['total']

export type SortKey = (typeof COUNTS)[number] | RateKey
export interface Sort {
  key: SortKey
  down: boolean
}
const isRate = (key: SortKey): key is RateKey => RATES.some((rate) => rate === key)
const valueOf = ({ figures }: ProgressRow, key: SortKey): number | null =>
  isRate(key) ? rateOf(figures, key).value : (figures.counts[key] ?? 0)

/** First the most, then the least, then the order they came in. */
export const nextOrder = (now: Sort | null, key: SortKey): Sort | null =>
  now?.key !== key ? { key, down: true } : now.down ? { key, down: false } : null

/** Rows whose name has the words, in that order; those without a rate come last. */
export function arranged(rows: readonly ProgressRow[], text: string, sort: Sort | null): ProgressRow[] {
  const words = text.trim().toLowerCase().split(/\s+/).filter(Boolean)
  const names = (row: ProgressRow) => `${row.name} ${row.unit?.short_name ?? ''}`.toLowerCase()
  const found = rows.filter((row) => words.every((word) => names(row).includes(word)))
  if (!sort) return found
  const way = sort.down ? -1 : 1
  return found.sort((a, b) => {
    const [one, other] = [valueOf(a, sort.key), valueOf(b, sort.key)]
    if (one === null || other === null) return Number(one === null) - Number(other === null)
    return way * (one - other)
  })
}

/** A rate with what it is made of. */
export function rateOf(figures: Figures, key: RateKey): { value: number | null; part: string; whole: string } {
  if (key === 'progress') return { value: figures.progress, part: 'counted', whole: 'counted' }
  const [part, whole] = RATE_OF[key]
  return { value: figures[key], part, whole }
}
