/** Rules of reminders, as people change them: steps, simple conditions, what one version has another than the last. */
import type {
  Channel,
  DelayUnit,
  ReminderCondition,
  ReminderFact,
  ReminderRecipient,
  ReminderRule,
  ReminderRules,
  ReminderStep,
  ReminderTrigger,
} from '@/api/types'
import { mark } from '@/lib/marks'
import { spansWords } from '@/ui/rules/spans'

export type TriggerKind = ReminderTrigger['kind']
export const TRIGGERS: readonly TriggerKind[] = [
  'dispatched',
  'unsigned',
  'due',
  'part_due',
  'report_due',
  'milestone',
  'lamp',
  'silent',
  'urge',
  'instruction',
  'order',
  'request',
]
export const RECIPIENTS: readonly ReminderRecipient[] = [
  'handler',
  'liaison',
  'head',
  'charge_leader',
  'issuer',
  'issuer_head',
  'centre',
  'area_leaders',
  'decider',
]
export const CHANNELS: readonly Channel[] = ['wechat', 'sms', 'voice', 'email', 'push']
export const UNITS: readonly DelayUnit[] = ['workdays', 'days', 'work_hours', 'hours']
/** What can stand in words of one's own, in braces. */
export const PLACES = ['title', 'number', 'due', 'day', 'days', 'unit'] as const
/** At nine, where a step says no time. */
export const NINE = '09:00'
export const MOST_RULES = 60
export const MOST_STEPS = 12
export const MOST_PERSONS = 20

/** Whether it counts from a day, so that its steps have a time of day; else from a moment. */
export const countsDays = (kind: TriggerKind) => kind !== 'dispatched' && kind !== 'unsigned' && kind !== 'request'
/** Only what has a day to come can be reminded of before it. */
export const mayPrecede = (kind: TriggerKind) =>
  ['due', 'part_due', 'report_due', 'milestone', 'instruction', 'order'].includes(kind)
export const byDay = (unit: DelayUnit) => unit === 'workdays' || unit === 'days'

export function triggerOf(kind: TriggerKind): ReminderTrigger {
  if (kind === 'lamp') return { kind, lamp: 'red' }
  if (kind === 'silent') return { kind, workdays: 20 }
  return { kind }
}

/** A step as it can be under this trigger: no time of day and nothing beforehand where there is no day. */
export function fitting(step: ReminderStep, kind: TriggerKind): ReminderStep {
  const { at, ...rest } = step
  const n = mayPrecede(kind) ? step.after.n : Math.abs(step.after.n)
  const to = kind === 'request' ? step.to : step.to.filter((one) => one !== 'decider')
  const timed = at && countsDays(kind) && byDay(step.after.unit)
  return { ...rest, after: { ...step.after, n }, to, ...(timed ? { at } : {}) }
}

export const newStep = (last?: ReminderStep): ReminderStep => ({
  after: { n: (last?.after.n ?? 0) + 1, unit: last?.after.unit ?? 'workdays' },
  to: last?.to ?? ['handler'],
  ...(last?.persons?.length ? { persons: last.persons } : {}),
  channels: last?.channels ?? [],
})

/** A code nobody has yet: it stays with the rule for good and is seen by nobody. */
export function newCode(rules: readonly ReminderRule[]): string {
  for (let n = rules.length + 1; ; n++) if (!rules.some((rule) => rule.code === `own_${n}`)) return `own_${n}`
}
export const newRule = (rules: readonly ReminderRule[], name: string): ReminderRule => ({
  code: newCode(rules),
  name,
  enabled: true,
  trigger: { kind: 'due' },
  steps: [{ after: { n: -1, unit: 'workdays' }, to: ['handler'], channels: [] }],
  on_ack: 'stop',
})

// --- conditions: a list of which all must hold, and in it groups of which one must, is made by hand; whatever is more is only read

export const FACTS: Record<ReminderFact, 'word' | 'number'> = {
  importance: 'word',
  urgency: 'word',
  source_kind: 'word',
  state: 'word',
  lamp: 'word',
  progress: 'number',
  days_to_due: 'number',
  children: 'number',
  open_risks: 'number',
}
/** The words of a fact; sources are the area's own. */
export const FACT_WORDS: Partial<Record<ReminderFact, readonly string[]>> = {
  importance: ['normal', 'important', 'major'],
  urgency: ['routine', 'urgent', 'critical'],
  state: ['dispatched', 'active'],
  lamp: ['grey', 'green', 'yellow', 'orange', 'red'],
}
export type Comparison = 'is' | 'is_not' | 'at_least' | 'at_most'
export interface Line {
  fact: ReminderFact
  op: Comparison
  one_of: string[]
  n: number
}
export const comparisons = (fact: ReminderFact): readonly Comparison[] =>
  FACTS[fact] === 'word' ? ['is', 'is_not'] : ['at_least', 'at_most']
export const newLine = (fact: ReminderFact = 'importance'): Line =>
  FACTS[fact] === 'word' ? { fact, op: 'is', one_of: [], n: 0 } : { fact, op: 'at_least', one_of: [], n: 0 }

function lineOf(condition: ReminderCondition): Line | null {
  if (condition.op === 'is') return { fact: condition.fact, op: 'is', one_of: condition.one_of, n: 0 }
  if (condition.op === 'at_least' || condition.op === 'at_most')
    return { fact: condition.fact, op: condition.op, one_of: [], n: condition.n }
  if (condition.op === 'not' && condition.of.op === 'is')
    return { fact: condition.of.fact, op: 'is_not', one_of: condition.of.one_of, n: 0 }
  return null
}

/** One of these must hold. */
export interface Group {
  any: Line[]
}
export type Entry = Line | Group
export const isGroup = (entry: Entry): entry is Group => 'any' in entry
/** One of the two that are most asked for: what weighs, or what is pressing. */
export const newGroup = (): Group => ({ any: [newLine('importance'), newLine('urgency')] })

function entryOf(condition: ReminderCondition): Entry | null {
  if (condition.op !== 'any') return lineOf(condition)
  const any = condition.of.map(lineOf)
  return any.length && any.every((line) => line !== null) ? { any } : null
}

/** What all must hold, where it is no more than lines and groups of lines; null where it is. */
export function entriesOf(condition: ReminderCondition | null | undefined): Entry[] | null {
  if (!condition) return []
  const entries = (condition.op === 'all' ? condition.of : [condition]).map(entryOf)
  return entries.every((entry) => entry !== null) ? entries : null
}

function conditionOfLine({ fact, op, one_of, n }: Line): ReminderCondition {
  if (op === 'at_least' || op === 'at_most') return { op, fact, n }
  return op === 'is' ? { op, fact, one_of } : { op: 'not', of: { op: 'is', fact, one_of } }
}
/** One of one is that one. */
function joined(op: 'all' | 'any', of: ReminderCondition[]): ReminderCondition | undefined {
  return of.length > 1 ? { op, of } : of[0]
}
/** The condition of these; none where there are none. */
export function conditionOf(entries: readonly Entry[]): ReminderCondition | undefined {
  const each = entries.map((entry) =>
    isGroup(entry) ? joined('any', entry.any.map(conditionOfLine)) : conditionOfLine(entry),
  )
  return joined(
    'all',
    each.filter((one) => one !== undefined),
  )
}

// --- versions

export type ChangeKind = 'added' | 'removed' | 'on' | 'off' | 'changed' | 'office'
export interface Change {
  kind: ChangeKind
  code: string
  name: string
  /** The rule as it was and as it is; of office hours, in words. */
  from?: ReminderRule
  to?: ReminderRule
  was?: string
}
/** Missing, null and empty say the same; the order of what is a set says nothing. */
function plainly(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(plainly)
    return items.every((item) => typeof item === 'string') ? [...items].sort() : items
  }
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value as Record<string, unknown>)
    .filter(([, one]) => one !== null && one !== undefined && !(Array.isArray(one) && !one.length))
    .map(([key, one]) => [key, plainly(one)] as const)
  return Object.fromEntries(entries.sort(([a], [b]) => a.localeCompare(b)))
}
export const same = (a: unknown, b: unknown) => JSON.stringify(plainly(a)) === JSON.stringify(plainly(b))

/** What these rules have another than those. */
export function changesBetween(from: ReminderRules, to: ReminderRules): Change[] {
  const found: Change[] = []
  const say = (kind: ChangeKind, { code, name }: ReminderRule, both: Pick<Change, 'from' | 'to'> = {}) =>
    found.push({ kind, code, name, ...both })
  for (const rule of to.rules) {
    const old = from.rules.find((one) => one.code === rule.code)
    if (!old) say('added', rule, { to: rule })
    else {
      if (old.enabled !== rule.enabled) say(rule.enabled ? 'on' : 'off', rule)
      if (!same({ ...old, enabled: true }, { ...rule, enabled: true })) say('changed', rule, { from: old, to: rule })
    }
  }
  for (const old of from.rules) if (!to.rules.some((rule) => rule.code === old.code)) say('removed', old, { from: old })
  const hours = (set: ReminderRules) => spansWords(set.office, mark('、'))
  if (!same(from.office, to.office)) found.push({ kind: 'office', code: '', name: hours(to), was: hours(from) })
  return found
}

/** What somebody changed, put upon what others have written meanwhile: whole rules, by their codes. */
export function rebased(mine: ReminderRules, base: ReminderRules, theirs: ReminderRules): ReminderRules {
  const of = (set: ReminderRules, code: string) => set.rules.find((rule) => rule.code === code)
  const kept = theirs.rules.filter((rule) => of(mine, rule.code) || !of(base, rule.code))
  const rules = kept.map((rule) => {
    const own = of(mine, rule.code)
    return own && !same(own, of(base, rule.code)) ? own : rule
  })
  const own = mine.rules.filter((rule) => !of(theirs, rule.code) && !same(rule, of(base, rule.code)))
  return { rules: [...rules, ...own], office: same(mine.office, base.office) ? theirs.office : mine.office }
}

/** The months that can be worked out: this one's predecessors, the latest first, by their first days. */
export function monthsBefore(today: string, n = 12): string[] {
  const [year, month] = today.split('-').map(Number)
  return Array.from({ length: n }, (_, ago) => new Date(Date.UTC(year ?? 1970, (month ?? 1) - 2 - ago, 1))).map((day) =>
    day.toISOString().slice(0, 10),
  )
}

/** What the server says of a rule or step, by the path below it: `rules.2.steps.0.to` → `steps.0.to`. */
export function below(errors: Record<string, string>, path: string): Record<string, string> {
  const found = Object.entries(errors).filter(([name]) => name.startsWith(`${path}.`))
  return Object.fromEntries(found.map(([name, text]) => [name.slice(path.length + 1), text]))
}
