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
import { byDay, countsDays, NINE } from './model'

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
