/** Rules in sentences that anybody understands. */
import type {
  Channel,
  ReminderCondition,
  ReminderRecipient,
  ReminderRule,
  ReminderStep,
  ReminderTrigger,
} from '@/api/types'
import { mark } from '@/lib/marks'
import { lineChanges, type LineChange } from '@/ui/rules/lines'
import { byDay, countsDays, NINE, same } from './model'

export type Say = (key: string, values?: Record<string, unknown>) => string

/** What a step counts from: “到期”, “亮橙灯”. */
export function baseWords(trigger: ReminderTrigger, t: Say): string {
  if (trigger.kind === 'lamp') return t('reminders.base.lamp', { lamp: t(`words.lampColour.${trigger.lamp}`) })
  return t(`reminders.base.${trigger.kind}`, trigger.kind === 'silent' ? { n: trigger.workdays } : {})
}

/** “到期前 5 个工作日 09:00”. */
export function whenWords(step: Pick<ReminderStep, 'after' | 'at'>, trigger: ReminderTrigger, t: Say): string {
  const { n, unit } = step.after
  const base = baseWords(trigger, t)
  const delay = t(`reminders.delay.${unit}`, { n: Math.abs(n) })
  const days = countsDays(trigger.kind)
  if (n === 0 && !days) return t('reminders.when.at', { base })
  const day =
    n === 0 ? t('reminders.when.on', { base }) : t(`reminders.when.${n < 0 ? 'before' : 'after'}`, { base, delay })
  return days && byDay(unit) ? `${day} ${step.at ?? NINE}` : day
}

export const recipientWords = (to: readonly ReminderRecipient[], t: Say) =>
  to.map((one) => t(`reminders.recipient.${one}`)).join(mark('、'))
/** A message in the system is always left, so it always stands first. */
export const channelWords = (channels: readonly Channel[], t: Say) =>
  ['app', ...channels].map((one) => t(`reminders.channel.${one}`)).join(mark('、'))

export type NameOfPerson = (id: string) => string

/** “到期前 5 个工作日 09:00 → 经办人、秦一 · 站内、微信”. */
export function stepSentence(step: ReminderStep, trigger: ReminderTrigger, t: Say, person: NameOfPerson): string {
  const names = (step.persons ?? []).map(person)
  const all = [...(step.to.length ? [recipientWords(step.to, t)] : []), ...names]
  const whom = all.length ? all.join(mark('、')) : t('reminders.nobody')
  return `${whenWords(step, trigger, t)} → ${whom} · ${channelWords(step.channels, t)}`
}

export type NameOfSource = (code: string) => string

/** A condition of any depth; `source` names the area's own sources. */
export function conditionWords(condition: ReminderCondition, t: Say, source: NameOfSource, inner = false): string {
  const wrap = (text: string) => (inner ? t('reminders.condition.group', { text }) : text)
  const each = (of: readonly ReminderCondition[], joint: 'and' | 'or') =>
    wrap(of.map((one) => conditionWords(one, t, source, true)).join(t(`reminders.condition.${joint}`)))
  switch (condition.op) {
    case 'all':
      return each(condition.of, 'and')
    case 'any':
      return each(condition.of, 'or')
    case 'not':
      if (condition.of.op === 'is') return isWords(condition.of.fact, condition.of.one_of, 'is_not', t, source)
      return t('reminders.condition.not', { text: conditionWords(condition.of, t, source, true) })
    case 'is':
      return isWords(condition.fact, condition.one_of, 'is', t, source)
    default:
      return t(`reminders.condition.${condition.op}`, { fact: t(`reminders.fact.${condition.fact}`), n: condition.n })
  }
}

/** A word of a fact as people know it. */
export function factWord(fact: string, word: string, t: Say, source: NameOfSource): string {
  if (fact === 'source_kind') return source(word)
  return t(`words.${fact === 'lamp' ? 'lampColour' : fact}.${word}`)
}

function isWords(fact: string, words: readonly string[], op: 'is' | 'is_not', t: Say, source: NameOfSource): string {
  const each = words.map((word) => factWord(fact, word, t, source))
  const said = each.join(t('reminders.condition.orWord')) || t('reminders.condition.noWord')
  return t(`reminders.condition.${op}`, { fact: t(`reminders.fact.${fact}`), words: said })
}

/** How it goes on after the last step, and what an acknowledgement does. */
export function restWords(rule: ReminderRule, t: Say): string[] {
  const repeat = rule.repeat ? [t('reminders.repeat.say', { every: rule.repeat.every, times: rule.repeat.times })] : []
  return [...repeat, t(`reminders.onAck.say.${rule.on_ack}`)]
}

/** The names that stand in rules. */
export interface Names {
  person: NameOfPerson
  source: NameOfSource
  unit: (id: string) => string
}

/** A step with all that belongs to it: “到期当天 09:00 → 经办人 · 站内（只在…时） 自拟内容：…”. */
function wholeStep(step: ReminderStep, { trigger }: ReminderRule, t: Say, { person, source }: Names): string {
  const only = step.only_if ? t('reminders.onlyIf', { text: conditionWords(step.only_if, t, source) }) : ''
  const own = step.text ? t('reminders.own', { text: step.text }) : ''
  return [stepSentence(step, trigger, t, person) + (only && mark('（') + only + mark('）')), own]
    .filter(Boolean)
    .join(' ')
}

/** All that a rule says beside its steps, each always in the same place. */
function headLines(rule: ReminderRule, t: Say, { source, unit }: Names): string[] {
  const { trigger, when, units = [], source_kinds: sources = [], repeat } = rule
  const named = (names: string[], some: string, all: string) =>
    names.length ? t(`reminders.scope.${some}`, { names: names.join(mark('、')) }) : t(`reminders.scope.${all}`)
  const kind = t(`reminders.trigger.${trigger.kind}`)
  const exact = trigger.kind === 'lamp' || trigger.kind === 'silent' ? mark('，') + baseWords(trigger, t) : ''
  return [
    `${t('reminders.form.name')}${mark('：')}${rule.name}`,
    `${t('reminders.form.trigger')}${mark('：')}${kind}${exact}`,
    when ? t('reminders.onlyIf', { text: conditionWords(when, t, source) }) : t('reminders.condition.none'),
    named(units.map(unit), 'someUnits', 'allUnits'),
    named(sources.map(source), 'someSources', 'allSources'),
    repeat ? t('reminders.repeat.say', { every: repeat.every, times: repeat.times }) : t('reminders.repeat.never'),
    t(`reminders.onAck.say.${rule.on_ack}`),
  ]
}

/** What a rule says otherwise than it did: its own sentences first, then its steps. */
export function ruleChanges(from: ReminderRule, to: ReminderRule, t: Say, names: Names): LineChange[] {
  const [was, is] = [headLines(from, t, names), headLines(to, t, names)]
  const head = was.flatMap((line, n) => (line === is[n] ? [] : [{ was: line, is: is[n] }]))
  const steps = (rule: ReminderRule) => rule.steps.map((step) => wholeStep(step, rule, t, names))
  const found = [...head, ...lineChanges(steps(from), steps(to))]
  // What has no words of its own, as two persons whose names are not known, has changed all the same.
  return found.length || same({ ...from, enabled: true }, { ...to, enabled: true })
    ? found
    : [{ is: t('reminders.draft.other') }]
}
/** What a rule that is new or gone said: when, of what, and its steps. */
export function ruleLines(rule: ReminderRule, t: Say, names: Names): string[] {
  const [, trigger, ...rest] = headLines(rule, t, names)
  const [when, units, sources] = rest
  const { units: some = [], source_kinds: kinds = [] } = rule
  return [
    trigger,
    rule.when ? when : '',
    some.length ? units : '',
    kinds.length ? sources : '',
    ...rule.steps.map((step) => wholeStep(step, rule, t, names)),
    ...restWords(rule, t),
  ].filter((line): line is string => !!line)
}
