/** What the ways out keep to, as people change it: numbers in fields, what is wrong with them, what differs. */
import type { Channel, ChannelRules, DeliveryRules, GatewayRules, NoticeKind, NoticeRules } from '@/api/types'
import { isWithin } from '@/ui/rules/numbers'
import { spansFault, type SpanFault } from '@/ui/rules/spans'

export type ChannelField = Exclude<keyof ChannelRules, 'channel'>
export const FIELDS: readonly ChannelField[] = [
  'open',
  'workdays_only',
  'critical_at_once',
  'daily',
  'per_task',
  'merge_from',
  'price',
  'instead',
]
/** In the order in which a task meets them. */
export const OCCASIONS: readonly NoticeKind[] = ['dispatched', 'urged', 'instructed', 'ordered']
type NumberField = 'daily' | 'per_task' | 'merge_from' | 'price'
/** An emptied field is no number. */
export type ChannelDraft = Omit<ChannelRules, NumberField> & Record<NumberField, number | ''>
/** An emptied field says that the gateway takes any. */
export type GatewayDraft = Omit<GatewayRules, 'per_minute'> & { per_minute: number | '' }
export interface DeliveryDraft {
  channels: ChannelDraft[]
  give_up_after: number | ''
  /** Missing where the server does not have them yet: then nothing is shown of them, and nothing sent. */
  switch_after?: number | ''
  notices?: NoticeRules[]
  answer_hint?: boolean
  /** Missing in what was typed before there were limits. */
  gateways?: GatewayDraft[]
}

/** The least and the most that makes sense, as the server has it; prices are in thousandths of a yuan. */
export const BOUNDS = {
  daily: { least: 1, most: 1000 },
  per_task: { least: 0, most: 1000 },
  merge_from: { least: 2, most: 100 },
  price: { least: 0, most: 100_000 },
  give_up_after: { least: 5, most: 7 * 24 * 60 },
  switch_after: { least: 5, most: 24 * 60 },
  per_minute: { least: 1, most: 100_000 },
} as const
type Bounded = keyof typeof BOUNDS
/** From so many on, where merging is turned on. */
export const MERGE = 3

export type DeliveryFault = SpanFault | Bounded
const within = (field: Bounded, value: number | '') => isWithin(value, BOUNDS[field])

/** What is wrong, by the path the server would name. */
export function faultsOf({
  channels,
  give_up_after,
  switch_after,
  gateways = [],
}: DeliveryDraft): Record<string, DeliveryFault> {
  const faults: Record<string, DeliveryFault> = {}
  channels.forEach((rules, n) => {
    const open = spansFault(rules.open)
    if (open) faults[`channels.${n}.open`] = open
    if (!within('daily', rules.daily)) faults[`channels.${n}.daily`] = 'daily'
    if (!within('per_task', rules.per_task)) faults[`channels.${n}.per_task`] = 'per_task'
    if (rules.merge_from !== 0 && !within('merge_from', rules.merge_from))
      faults[`channels.${n}.merge_from`] = 'merge_from'
    if (!within('price', rules.price)) faults[`channels.${n}.price`] = 'price'
  })
  if (!within('give_up_after', give_up_after)) faults['give_up_after'] = 'give_up_after'
  if (switch_after !== undefined && !within('switch_after', switch_after)) faults['switch_after'] = 'switch_after'
  gateways.forEach(({ per_minute }, n) => {
    if (per_minute !== '' && !within('per_minute', per_minute)) faults[`gateways.${n}.per_minute`] = 'per_minute'
  })
  return faults
}

const ruleOf = (set: DeliveryRules, channel: Channel) => set.channels.find((one) => one.channel === channel)
/** How many a minute a gateway is given; 0 where it takes any. */
export const limitOf = (set: Pick<DeliveryDraft, 'gateways'> | undefined, gateway: string): number | '' =>
  set?.gateways?.find((one) => one.gateway === gateway)?.per_minute ?? 0
/** The same rules with another limit of one gateway; 0 or nothing takes it away. */
export function limited<T extends Pick<DeliveryDraft, 'gateways'>>(
  set: T,
  gateway: string,
  per_minute: number | '',
): T {
  const others = (set.gateways ?? []).filter((one) => one.gateway !== gateway)
  const gateways = per_minute === 0 ? others : [...others, { gateway, per_minute }]
  return { ...set, gateways: gateways.sort((a, b) => a.gateway.localeCompare(b.gateway)) }
}
/** By which ways an occasion leaves the house. */
export const waysOf = (set: Pick<DeliveryDraft, 'notices'> | undefined, notice: NoticeKind): Channel[] =>
  (set?.notices ?? []).filter((one) => one.notice === notice).flatMap((one) => one.channels)
/** The same rules with other ways for one occasion. */
export function noticed<T extends Pick<DeliveryDraft, 'notices'>>(set: T, notice: NoticeKind, channels: Channel[]): T {
  const of = (one: NoticeKind) => (one === notice ? channels : waysOf(set, one))
  return { ...set, notices: OCCASIONS.map((one) => ({ notice: one, channels: of(one) })) }
}
/** The order of ways says nothing. */
export const sameWays = (a: readonly Channel[], b: readonly Channel[]) => alike([...a].sort(), [...b].sort())
/** What is missing is none. */
const alike = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null)

/** What is sent: an emptied field counts as what it was. */
export function settled(draft: DeliveryDraft, base: DeliveryRules): DeliveryRules {
  const channels = draft.channels.map((rules) => {
    const old = ruleOf(base, rules.channel)
    const number = (field: NumberField) => {
      const value = rules[field]
      return value === '' ? (old?.[field] ?? 0) : value
    }
    const fields = ['daily', 'per_task', 'merge_from', 'price'] as const
    return {
      ...rules,
      ...(Object.fromEntries(fields.map((field) => [field, number(field)])) as Record<NumberField, number>),
    }
  })
  const gateways = (draft.gateways ?? []).filter((one): one is GatewayRules => one.per_minute !== '')
  const { give_up_after, switch_after, notices, answer_hint } = draft
  return {
    channels,
    gateways,
    give_up_after: give_up_after === '' ? base.give_up_after : give_up_after,
    switch_after: switch_after === '' || switch_after === undefined ? base.switch_after : switch_after,
    notices: notices ?? base.notices,
    answer_hint: answer_hint ?? base.answer_hint,
  }
}

export type RuleValue = ChannelRules[ChannelField] | Channel[]
/** Of all ways together. */
export type CommonField = 'give_up_after' | 'switch_after' | 'answer_hint'
const COMMON: readonly CommonField[] = ['switch_after', 'give_up_after', 'answer_hint']
export interface DeliveryChange {
  /** Missing where it is of all ways. */
  channel?: Channel
  /** Its code, where it is of one gateway. */
  gateway?: string
  /** Which occasion leaves the house by other ways. */
  notice?: NoticeKind
  field: ChannelField | CommonField | 'per_minute' | 'notice'
  from: RuleValue
  to: RuleValue
}
export function changesBetween(from: DeliveryRules, to: DeliveryRules): DeliveryChange[] {
  const found: DeliveryChange[] = []
  for (const rules of to.channels) {
    const { channel } = rules
    const old = ruleOf(from, channel)
    if (!old) continue
    for (const field of FIELDS)
      if (!alike(old[field], rules[field])) found.push({ channel, field, from: old[field], to: rules[field] })
  }
  for (const field of COMMON)
    // What one of them does not know did not change.
    if (from[field] !== undefined && to[field] !== undefined && from[field] !== to[field])
      found.push({ field, from: from[field], to: to[field] })
  for (const notice of from.notices && to.notices ? OCCASIONS : []) {
    const [was, is] = [waysOf(from, notice), waysOf(to, notice)]
    if (!sameWays(was, is)) found.push({ notice, field: 'notice', from: was, to: is })
  }
  const codes = new Set([from, to].flatMap((set: DeliveryDraft) => (set.gateways ?? []).map((one) => one.gateway)))
  for (const gateway of [...codes].sort()) {
    const [was, is] = [Number(limitOf(from, gateway)), Number(limitOf(to, gateway))]
    if (was !== is) found.push({ gateway, field: 'per_minute', from: was, to: is })
  }
  return found
}

/** What somebody changed, put upon what others have written meanwhile. */
export function rebased(mine: DeliveryRules, base: DeliveryRules, theirs: DeliveryRules): DeliveryRules {
  const changes = changesBetween(base, mine)
  const channels = theirs.channels.map((rules) => {
    const own = changes.filter((change) => change.channel === rules.channel).map(({ field, to }) => [field, to])
    return { ...rules, ...(Object.fromEntries(own) as Partial<ChannelRules>) }
  })
  const common = changes.filter(({ field }) => COMMON.some((one) => one === field)).map(({ field, to }) => [field, to])
  const set: DeliveryRules = { ...theirs, channels, ...(Object.fromEntries(common) as Partial<DeliveryRules>) }
  return changes.reduce<DeliveryRules>((all, { gateway, notice, to }) => {
    if (notice) return noticed(all, notice, to as Channel[]) as DeliveryRules
    return gateway ? (limited(all, gateway, Number(to)) as DeliveryRules) : all
  }, set)
}

/** Minutes in the largest unit that leaves no rest. */
export function duration(minutes: number): { n: number; unit: 'minutes' | 'hours' | 'days' } {
  if (minutes > 0 && minutes % 1440 === 0) return { n: minutes / 1440, unit: 'days' }
  return minutes > 0 && minutes % 60 === 0 ? { n: minutes / 60, unit: 'hours' } : { n: minutes, unit: 'minutes' }
}
