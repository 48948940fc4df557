/** What left the house: how it stands as a lamp and a word, counted by way. */
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
/** Not sent because there was nothing to say any more, or it came in another message, is nothing to worry about. */
export const lampOf = ({ state, reason }: Pick<Delivery, 'state' | 'reason'>): Lamp =>
  state === 'suppressed' && (reason === 'answered' || reason === 'merged') ? 'grey' : LAMPS[state]

/** Reasons that are the house's own; any other is the gateway's code. */
const REASONS: readonly string[] = ['answered', 'merged', 'cap', 'no_gateway', 'no_address', 'unreachable']
export const isOurs = (reason: string | null): reason is string => reason !== null && REASONS.includes(reason)

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
  for (const { state, reason, n } of figures)
    if (reason && (state === 'failed' || state === 'suppressed')) found.set(reason, (found.get(reason) ?? 0) + n)
  return [...found].map(([reason, n]) => ({ reason, n })).sort((a, b) => b.n - a.n)
}
