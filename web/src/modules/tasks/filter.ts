import type { Field, Importance, Lamp, TaskState } from '@/api/types'
import type { Query } from '@/api/client'
import { asking, conditionText, readConditions, writeConditions, type FieldCondition } from './conditions'

/** What the list shows: kept in the URL, said aloud as a sentence, sent to the server as it is. */
export interface TaskFilter {
  q: string
  mine: '' | 'handling' | 'created' | 'other' | 'unit' | 'followed'
  state: TaskState[]
  lamp: Lamp[]
  overdue: boolean
  importance: Importance[]
  source_kind: string
  /** What is asked of the fields of that kind. */
  fields: FieldCondition[]
  /** Any of these, by name. */
  tag: string[]
  unit_id: string
  unit_role: '' | 'lead' | 'co'
  due_from: string
  due_to: string
  created_from: string
  created_to: string
  roots: boolean
  sort: string
  /** Conditions a board's link brought along that this page has no chip of its own for. */
  other: Record<string, string>
}

export const STATES: readonly TaskState[] = [
  'draft',
  'approval',
  'dispatched',
  'active',
  'closed',
  'settled',
  'suspended',
  'terminated',
]
export const IMPORTANCES: readonly Importance[] = ['normal', 'important', 'major']
export const SORTS = ['due_day', 'created_at', 'progress', 'lamp', 'importance', 'number'] as const
const LAMPS: readonly Lamp[] = ['red', 'orange', 'yellow', 'green', 'grey', 'blue']
const DAY = /^\d{4}-\d{2}-\d{2}$/

export function emptyFilter(): TaskFilter {
  return {
    q: '',
    mine: '',
    state: [],
    lamp: [],
    overdue: false,
    importance: [],
    source_kind: '',
    fields: [],
    tag: [],
    unit_id: '',
    unit_role: '',
    due_from: '',
    due_to: '',
    created_from: '',
    created_to: '',
    roots: false,
    sort: '',
    other: {},
  }
}

/** The server refuses what it does not know, so only these are passed on. */
const OTHERS = [
  'lead_unit_id',
  'lead_only',
  'leaves',
  'standing',
  'closed_from',
  'closed_to',
  'source_document',
  'parent_id',
  'charge_leader',
  'handler_id',
  'helper_id',
  'has_lead',
  'has_handler',
  'root_id',
  'due_soon',
  'started',
  'waiting',
  'at_risk',
  'judged',
  'on_time',
  'has_document',
  'has_due',
]
type Raw = Record<string, string | null | undefined | (string | null)[]>

/** Reads a URL; whatever it does not understand is left out rather than sent on. */
export function parseFilter(raw: Raw): TaskFilter {
  const one = (name: string) => {
    const value = raw[name]
    return (Array.isArray(value) ? value[0] : value) ?? ''
  }
  const oneOf = <T extends string>(name: string, allowed: readonly T[]) => allowed.find((v) => v === one(name)) ?? ''
  const many = <T extends string>(name: string, allowed: readonly T[]) => {
    const asked = one(name).split(',')
    return allowed.filter((v) => asked.includes(v))
  }
  const day = (name: string) => (DAY.test(one(name)) ? one(name) : '')
  const sort = one('sort')
  return {
    q: one('q'),
    mine: oneOf('mine', ['handling', 'created', 'unit', 'followed'] as const),
    state: many('state', STATES),
    lamp: many('lamp', LAMPS),
    overdue: one('overdue') === 'true',
    importance: many('importance', IMPORTANCES),
    source_kind: one('source_kind'),
    fields: readConditions(one('fields')),
    tag: [
      ...new Set(
        one('tag')
          .split(',')
          .map((name) => name.trim()),
      ),
    ].filter(Boolean),
    unit_id: one('unit_id'),
    unit_role: oneOf('unit_role', ['lead', 'co'] as const),
    due_from: day('due_from'),
    due_to: day('due_to'),
    created_from: day('created_from'),
    created_to: day('created_to'),
    roots: one('roots') === 'true',
    sort: SORTS.some((key) => key === sort.replace(/^-/, '')) ? sort : '',
    other: Object.fromEntries(OTHERS.filter((name) => one(name)).map((name) => [name, one(name)])),
  }
}

/** The same for URL and server: only what is set. */
export function filterQuery(filter: TaskFilter): Record<string, string> {
  const query: Record<string, string> = {}
  const all = { ...filter.other, ...filter, fields: writeConditions(filter.fields), other: '' }
  for (const [name, value] of Object.entries(all)) {
    if (Array.isArray(value)) {
      if (value.length) query[name] = value.join(',')
    } else if (value === true) query[name] = 'true'
    else if (value) query[name] = String(value)
  }
  return query
}

/** Counts do not depend on order. */
export function countQuery(filter: TaskFilter): Query {
  return filterQuery({ ...filter, sort: '' })
}

/** Conditions that have a chip of their own, and what they are to the server. */
const OWN = {
  handler: ['handler_id'],
  leader: ['charge_leader'],
  document: ['source_document'],
  closed: ['closed_from', 'closed_to'],
  waiting: ['waiting'],
  risk: ['at_risk'],
} as const
export type OwnKey = keyof typeof OWN
const ownOf = (key: ChipKey): readonly string[] => (key in OWN ? OWN[key as OwnKey] : [])
const OWNED: readonly string[] = Object.values(OWN).flat()
const without = (other: Readonly<Record<string, string>>, gone: (name: string) => boolean) =>
  Object.fromEntries(Object.entries(other).filter(([name]) => !gone(name)))
/** The filter with one of these set, or put aside where it is empty. */
export function withOther(filter: TaskFilter, name: string, value: string): TaskFilter {
  const rest = without(filter.other, (one) => one === name)
  return { ...filter, other: value ? { ...rest, [name]: value } : rest }
}

type PlainKey =
  | 'q'
  | 'mine'
  | 'state'
  | 'lamp'
  | 'overdue'
  | 'importance'
  | 'source_kind'
  | 'tag'
  | 'unit_id'
  | 'due'
  | 'created'
  | OwnKey
  | 'other'
/** Each field of the kind is a chip of its own. */
type FieldKey = `field:${string}`
export type ChipKey = PlainKey | FieldKey
const CHIP_KEYS: readonly PlainKey[] = [
  'mine',
  'state',
  'lamp',
  'overdue',
  'importance',
  'unit_id',
  'source_kind',
  'tag',
  'due',
  'created',
  'closed',
  'handler',
  'leader',
  'document',
  'waiting',
  'risk',
  'other',
  'q',
]
export const fieldKey = (code: string): FieldKey => `field:${code}`
/** The code of the field that a chip is about. */
export const codeOf = (key: ChipKey): string => (key.startsWith('field:') ? key.slice(6) : '')
/** What a chip is about that is no field. */
const plainOf = (key: ChipKey) => key as PlainKey

/** The chips that are there, those of fields behind their kind. */
export function chipsSet(filter: TaskFilter): ChipKey[] {
  const fields = [...new Set(filter.fields.map(({ code }) => fieldKey(code)))]
  return CHIP_KEYS.flatMap((key) => [...(isSet(filter, key) ? [key] : []), ...(key === 'source_kind' ? fields : [])])
}
/** What can be asked for besides, those of the fields of the kind that is chosen. */
export function chipsUnset(filter: TaskFilter, fields: readonly Field[]): ChipKey[] {
  const asked = new Set(filter.fields.map(({ code }) => code))
  return [
    ...CHIP_KEYS.filter((key) => key !== 'q' && key !== 'other' && !isSet(filter, key)),
    ...fields.filter(({ code }) => !asked.has(code)).map(({ code }) => fieldKey(code)),
  ]
}

function isSet(filter: TaskFilter, key: PlainKey): boolean {
  if (key === 'due') return !!(filter.due_from || filter.due_to)
  if (key === 'created') return !!(filter.created_from || filter.created_to)
  if (key === 'other') return Object.keys(filter.other).some((name) => !OWNED.includes(name))
  if (ownOf(key).length) return ownOf(key).some((name) => !!filter.other[name])
  const value = filter[key as keyof TaskFilter]
  return Array.isArray(value) ? value.length > 0 : !!value
}

export function cleared(filter: TaskFilter, key: ChipKey): TaskFilter {
  const empty = emptyFilter()
  if (key === 'other') return { ...filter, other: without(filter.other, (name) => !OWNED.includes(name)) }
  const own = ownOf(key)
  if (own.length) return { ...filter, other: without(filter.other, (name) => own.includes(name)) }
  if (key === 'due') return { ...filter, due_from: '', due_to: '' }
  if (key === 'created') return { ...filter, created_from: '', created_to: '' }
  if (key === 'unit_id') return { ...filter, unit_id: '', unit_role: '' }
  // Another kind has other fields.
  if (key === 'source_kind') return { ...filter, source_kind: '', fields: [] }
  if (codeOf(key)) return { ...filter, fields: asking(filter.fields, codeOf(key), '') }
  return { ...filter, [key]: empty[plainOf(key) as keyof TaskFilter] }
}

/** Words the sentence needs from outside: translations and names behind ids. */
export interface Speaker {
  t(key: string, values?: Record<string, unknown>): string
  unitName(id: string): string
  personName(id: string): string
  sourceName(code: string): string
  fieldOf(code: string): Field | undefined
}

export function chipText(filter: TaskFilter, key: ChipKey, say: Speaker): string {
  const { t } = say
  const or = (words: string[]) => words.join(t('tasks.filter.or'))
  const span = (from: string, to: string) =>
    from && to
      ? from === to
        ? from
        : t('tasks.filter.span', { from, to })
      : from
        ? t('tasks.filter.after', { day: from })
        : t('tasks.filter.before', { day: to })
  if (codeOf(key)) {
    const asked = filter.fields.filter(({ code }) => code === codeOf(key))
    return asked.map((one) => conditionText(one, say.fieldOf(one.code), t)).join(t('tasks.filter.and'))
  }
  switch (plainOf(key)) {
    case 'q':
      return t('tasks.filter.text.q', { q: filter.q })
    case 'mine':
      return t(`tasks.filter.mine.${filter.mine}`)
    case 'state':
      return or(filter.state.map((state) => t(`words.state.${state}`)))
    case 'lamp':
      return or(filter.lamp.map((lamp) => t(`words.lampColour.${lamp}`)))
    case 'overdue':
      return t('tasks.filter.text.overdue')
    case 'importance':
      return or(filter.importance.map((one) => t(`words.importance.${one}`)))
    case 'source_kind':
      return t('tasks.filter.text.source', { name: say.sourceName(filter.source_kind) })
    case 'tag':
      return t('tasks.filter.text.tag', { names: or(filter.tag) })
    case 'unit_id':
      return t(`tasks.filter.text.unit_${filter.unit_role || 'any'}`, { name: say.unitName(filter.unit_id) })
    case 'due':
      return t('tasks.filter.text.due', { span: span(filter.due_from, filter.due_to) })
    case 'closed':
      return t('tasks.filter.text.closed', {
        span: span(filter.other['closed_from'] ?? '', filter.other['closed_to'] ?? ''),
      })
    case 'document':
      return t('tasks.filter.text.document', { name: filter.other['source_document'] })
    case 'handler':
    case 'leader':
    case 'waiting':
    case 'risk':
      return narrowWords(
        without(filter.other, (name) => !ownOf(key).includes(name)),
        say,
      ).join('')
    case 'other':
      return [
        filter.other['lead_unit_id'] &&
          t(`tasks.filter.text.${filter.other['lead_only'] === 'true' ? 'itself' : 'unit_lead'}`, {
            name: say.unitName(filter.other['lead_unit_id']),
          }),
        ...narrowWords(
          without(filter.other, (name) => OWNED.includes(name)),
          say,
        ),
        filter.other['leaves'] && t('tasks.filter.text.leaves'),
        filter.other['standing'] && t('tasks.filter.text.standing'),
        filter.other['parent_id'] && t('tasks.filter.text.parent'),
      ]
        .filter(Boolean)
        .join(t('tasks.filter.and'))
    case 'created':
      return t('tasks.filter.text.created', { span: span(filter.created_from, filter.created_to) })
  }
}

const TRUE_OR_FALSE: Readonly<Record<string, readonly [string, string]>> = {
  has_lead: ['', 'noLead'],
  has_handler: ['hasHandler', 'noHandler'],
  due_soon: ['dueSoon', ''],
  started: ['begun', 'notBegun'],
  waiting: ['waiting', ''],
  at_risk: ['atRisk', ''],
  has_document: ['hasDocument', 'noDocument'],
  has_due: ['hasDue', 'noDue'],
}
/** What links from figures of progress say. */
function narrowWords(other: Readonly<Record<string, string>>, say: Speaker): string[] {
  const { t } = say
  const leader = other['charge_leader']
  const person = (name: string, key: string) =>
    other[name] ? [t(`tasks.filter.text.${key}`, { name: say.personName(other[name]) })] : []
  const flags = Object.entries(TRUE_OR_FALSE).flatMap(([name, [yes, no]]) => {
    const key = other[name] === 'true' ? yes : other[name] === 'false' ? no : ''
    return key ? [t(`tasks.filter.text.${key}`)] : []
  })
  const kind = (name: string, key: string) =>
    other[name] ? [t(`tasks.filter.text.${key}${other[name] === 'original' ? 'Original' : ''}`)] : []
  return [
    ...(leader === 'none' ? [t('tasks.filter.text.chargedNobody')] : person('charge_leader', 'charged')),
    ...person('handler_id', 'handler'),
    ...person('helper_id', 'helper'),
    ...(other['root_id'] ? [t('tasks.filter.text.tree')] : []),
    ...flags,
    ...kind('judged', 'judged'),
    ...kind('on_time', 'onTime'),
  ]
}

export function filterSentence(filter: TaskFilter, say: Speaker): string {
  const parts = chipsSet(filter).map((key) => chipText(filter, key, say))
  const what = say.t('tasks.filter.noun')
  return parts.length
    ? say.t('tasks.filter.sentence', { parts: parts.join(say.t('tasks.filter.and')), what })
    : say.t('tasks.filter.everything')
}

/** A column's header: first its natural direction, then the other, then none. */
export function nextSort(current: string, key: string): string {
  const natural = key === 'due_day' || key === 'number' ? key : `-${key}`
  const other = natural.startsWith('-') ? key : `-${key}`
  if (current === natural) return other
  return current === other ? '' : natural
}
