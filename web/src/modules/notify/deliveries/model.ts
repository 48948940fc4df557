/** What left the house: how it stands as a lamp and a word, counted by way. */
import type { DeliveryFilter } from './api'
import type { Channel, Delivery, DeliveryFigure, DeliveryState, Gateway, Lamp } from '@/api/types'

export const STATES: readonly DeliveryState[] = [
  'queued',
  'sending',
  'sent',
  'delivered',
  'acknowledged',
  'failed',
  'suppressed',
]
const LAMPS: Record<DeliveryState, Lamp> = {
  queued: 'grey',
  sending: 'grey',
  sent: 'green',
  delivered: 'green',
  acknowledged: 'blue',
  failed: 'red',
  suppressed: 'yellow',
}
/** Not sent because there was nothing to say any more, or it was said otherwise, is nothing to worry about. */
const NEEDLESS: readonly string[] = ['answered', 'merged', 'instead']
export const lampOf = ({ state, reason }: Pick<Delivery, 'state' | 'reason'>): Lamp =>
  state === 'suppressed' && reason !== null && NEEDLESS.includes(reason) ? 'grey' : LAMPS[state]

/** Reasons that are the house's own; any other is the gateway's code. */
const REASONS: readonly string[] = [
  'answered',
  'merged',
  'instead',
  'cap',
  'no_gateway',
  'no_address',
  'gateway_down',
  'unreachable',
]
export const isOurs = (reason: string | null): reason is string => reason !== null && REASONS.includes(reason)
/** What was given up for want of a gateway that answers was written down as having none, before there was a word for it. */
export const reasonOf = ({ state, reason }: Pick<Delivery, 'state' | 'reason'>) =>
  state === 'failed' && reason === 'no_gateway' ? 'gateway_down' : reason

/** Not sent for want of something that may be there by now. */
const WANTING: readonly string[] = ['cap', 'no_gateway', 'no_address']
/** Whether it can be sent once more: what is on its way, was taken note of, or has become needless cannot; nor what has been already. */
export function mayRepeat({ state, reason, resent_as }: Pick<Delivery, 'state' | 'reason' | 'resent_as'>): boolean {
  if (resent_as) return false
  if (state === 'suppressed') return reason !== null && WANTING.includes(reason)
  return state === 'sent' || state === 'delivered' || state === 'failed'
}

/** What became of a delivery, moment by moment. */
export interface Moment {
  /** Its words, below `deliveries.trace`. */
  key: 'written' | 'sent' | 'received' | 'failed' | 'unsent' | 'acked'
  at: string
}
export function traceOf({ created_at, sent_at, settled_at, acked_at, state }: Delivery): Moment[] {
  const settled = state === 'failed' ? 'failed' : state === 'suppressed' ? 'unsent' : 'received'
  const all = [
    { key: 'written' as const, at: created_at },
    { key: 'sent' as const, at: sent_at },
    { key: settled as Moment['key'], at: settled_at },
    { key: 'acked' as const, at: acked_at },
  ]
  // Somebody may answer before the receipt has come.
  const known = all.filter((one): one is Moment => one.at !== null)
  return known.sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
}

export type GatewayLamp = 'well' | 'paused' | 'broken' | 'unused'
/** Left alone for a while, failing, doing well, or not tried yet. */
export function gatewayLamp({ closed_until, failures, last_ok_at }: Gateway): GatewayLamp {
  if (closed_until) return 'paused'
  if (failures > 0) return 'broken'
  return last_ok_at ? 'well' : 'unused'
}

export interface ChannelCount {
  channel: Channel
  counts: Record<DeliveryState, number>
  total: number
  cost: number
}
/** By way, in the order in which the ways first come. */
export function byChannel(figures: readonly DeliveryFigure[]): ChannelCount[] {
  const rows = new Map<Channel, ChannelCount>()
  for (const { channel, state, n, cost } of figures) {
    const none = Object.fromEntries(STATES.map((one) => [one, 0])) as Record<DeliveryState, number>
    const row = rows.get(channel) ?? { channel, counts: none, total: 0, cost: 0 }
    row.counts[state] += n
    row.total += n
    row.cost += cost
    rows.set(channel, row)
  }
  return [...rows.values()]
}
/** Why nothing came of some, the most frequent first. */
export function reasonsOf(figures: readonly DeliveryFigure[]): { reason: string; n: number }[] {
  const found = new Map<string, number>()
  for (const figure of figures) {
    const reason = reasonOf(figure)
    if (reason && (figure.state === 'failed' || figure.state === 'suppressed'))
      found.set(reason, (found.get(reason) ?? 0) + figure.n)
  }
  return [...found].map(([reason, n]) => ({ reason, n })).sort((a, b) => b.n - a.n)
}

/** Which of what was sent is wanted, as it stands in the page's address; empty is any. */
export interface Asked {
  channel: Channel | ''
  state: DeliveryState | ''
  person: string
  rule: string
  from: string
  to: string
  /** In the figures of this day. */
  counted: string
}
export const NOTHING: Asked = { channel: '', state: '', person: '', rule: '', from: '', to: '', counted: '' }
const DAY = /^\d{4}-\d{2}-\d{2}$/

/** What somebody has written into the address, and nothing that the server would not understand. */
export function asked(query: Readonly<Record<string, unknown>>, channels: readonly Channel[]): Asked {
  const word = (name: string) => (typeof query[name] === 'string' ? query[name] : '')
  const day = (name: string) => (DAY.test(word(name)) ? word(name) : '')
  return {
    channel: channels.find((one) => one === word('channel')) ?? '',
    state: STATES.find((one) => one === word('state')) ?? '',
    person: word('person'),
    rule: word('rule'),
    from: day('from'),
    to: day('to'),
    counted: day('counted'),
  }
}
export const filterOf = ({ channel, state, person, rule, from, to, counted }: Asked): DeliveryFilter => ({
  ...(channel && { channel }),
  ...(state && { state }),
  ...(person && { person_id: person }),
  ...(rule && { rule }),
  ...(from && { from_day: from }),
  ...(to && { to_day: to }),
  ...(counted && { counted_on: counted }),
})

/** A gateway's complaint: what it means, and its own words. */
export interface Complaint {
  /** Below `deliveries.complaint`; none where nothing is known of such words. */
  key: 'refused' | 'gone' | 'busy' | 'barred' | 'unreachable' | 'unsure' | 'late' | null
  own: string
}
const KINDS: readonly (readonly [RegExp, NonNullable<Complaint['key']>])[] = [
  [/^refused: /, 'refused'],
  [/^gone: /, 'gone'],
  [/^busy: /, 'busy'],
  [/^barred: /, 'barred'],
  [/^unreachable: /, 'unreachable'],
  [/^perhaps taken: /, 'unsure'],
]
/** Words without a kind before them, as they are kept with a gateway. */
const BARE: readonly (readonly [RegExp, NonNullable<Complaint['key']>])[] = [
  [/no answer in time|timed out/i, 'late'],
  [/^error sending request|connection refused|dns error/i, 'unreachable'],
  [/^HTTP (429|5\d\d)\b/, 'busy'],
  [/^HTTP 40[13]\b/, 'barred'],
]
export function complaintOf(text: string | null): Complaint {
  const said = (text ?? '').trim()
  const kind = KINDS.find(([start]) => start.test(said))
  if (kind) return { key: kind[1], own: said.replace(kind[0], '').trim() }
  return { key: BARE.find(([words]) => words.test(said))?.[1] ?? null, own: said }
}
