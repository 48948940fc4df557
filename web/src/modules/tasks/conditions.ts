import type { Field } from '@/api/types'
import { figure } from './fields'

/** What a list asks of the fields of a kind: `code:value;…`, in the address and for the server alike. */
export interface FieldCondition {
  code: string
  value: string
}

const CODE = /^[a-z][a-z_]{0,29}$/
const MOST = 10
const DAY = /^\d{4}-\d{2}-\d{2}$/
const NUMBER = /^-?[\d,]+(\.\d{1,4})?$/

export interface Ends {
  from: string
  to: string
}
/** The ends of a span, either of which may be missing; nothing where it is no span. */
export function endsOf(value: string): Ends | null {
  const at = value.indexOf('..')
  return at < 0 ? null : { from: value.slice(0, at).trim(), to: value.slice(at + 2).trim() }
}
export const spanValue = ({ from, to }: Ends): string => (from || to ? `${from}..${to}` : '')

function understood(value: string): boolean {
  const ends = endsOf(value)
  if (!ends) return value !== ''
  const both = [ends.from, ends.to].filter(Boolean)
  return both.length > 0 && (both.every((end) => DAY.test(end)) || both.every((end) => NUMBER.test(end)))
}

/** Reads what an address says; what the server would refuse is left out. */
export function readConditions(text: string): FieldCondition[] {
  return text
    .split(';')
    .map((part) => {
      const at = part.indexOf(':')
      return { code: part.slice(0, Math.max(0, at)).trim(), value: part.slice(at + 1).trim() }
    })
    .filter(({ code, value }) => CODE.test(code) && understood(value))
    .slice(0, MOST)
}
export const writeConditions = (conditions: readonly FieldCondition[]): string =>
  conditions.map(({ code, value }) => `${code}:${value}`).join(';')

export const askedOf = (conditions: readonly FieldCondition[], code: string): string =>
  conditions.find((one) => one.code === code)?.value ?? ''
/** The conditions with this one in its place; without a value it goes. */
export function asking(conditions: readonly FieldCondition[], code: string, value: string): FieldCondition[] {
  // What sets conditions and the ends of a span apart cannot be asked for.
  const plain = value.replace(/;/g, ' ').trim()
  if (!understood(plain)) return conditions.filter((one) => one.code !== code)
  const next = { code, value: plain }
  return conditions.some((one) => one.code === code)
    ? conditions.map((one) => (one.code === code ? next : one))
    : [...conditions, next]
}

/** The condition that finds what a count counts, a month as its days; none where it cannot be asked for. */
export function conditionFor(field: Field, counted: string): string {
  if (field.shape === 'day') {
    const [year = 0, month = 0] = counted.split('-').map(Number)
    const last = new Date(Date.UTC(year, month, 0)).getUTCDate()
    return `${counted}-01..${counted}-${String(last).padStart(2, '0')}`
  }
  return counted.includes(';') || counted.includes('..') ? '' : counted
}

type Say = (key: string, values?: Record<string, unknown>) => string
/** A condition in words; of a field that is not known by its code. */
export function conditionText({ code, value }: FieldCondition, field: Field | undefined, t: Say): string {
  const name = field?.name ?? code
  const ends = endsOf(value)
  if (!ends) {
    const shape = field?.shape ?? 'text'
    if (shape === 'yes_no') return t('kinds.ask.is', { name, value: t(value === 'true' ? 'common.yes' : 'common.no') })
    if (shape === 'number') return t('kinds.ask.exactly', { name, value: amount(value, field) })
    return t(shape === 'choice' ? 'kinds.ask.is' : 'kinds.ask.has', { name, value })
  }
  const number = field ? field.shape === 'number' : !DAY.test(ends.from || ends.to)
  const both = !!ends.from && !!ends.to && ends.from !== ends.to
  const from = number ? amount(ends.from, both ? undefined : field) : ends.from
  const to = number ? amount(ends.to, field) : ends.to
  if (from && to) return t(both ? 'kinds.ask.between' : 'kinds.ask.exactly', { name, from, to, value: from })
  const which = number ? (from ? 'least' : 'most') : from ? 'since' : 'until'
  return t(`kinds.ask.${which}`, { name, value: from || to })
}
function amount(text: string, field: Field | undefined): string {
  const n = Number(text.replace(/,/g, ''))
  return text && `${Number.isFinite(n) ? figure(n) : text}${field?.measure ? ` ${field.measure}` : ''}`
}
