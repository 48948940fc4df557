import type { Order, OrderLevel, OrderState } from '@/api/types'

export const LEVELS: readonly OrderLevel[] = ['blue', 'orange', 'red']
export const STATES: readonly OrderState[] = ['issued', 'answered', 'returned', 'closed', 'followed', 'withdrawn']

/** What the list is narrowed down to; it stands in the address. */
export interface OrderFilter {
  level: OrderLevel | ''
  state: OrderState | 'open' | 'overdue' | ''
  unit: string
}

const among = <T extends string>(all: readonly T[], word: unknown): T | '' => all.find((one) => one === word) ?? ''
type Address = Record<string, unknown>

export const parseOrders = (query: Address): OrderFilter => ({
  level: among(LEVELS, query['level']),
  state: among(['open', 'overdue', ...STATES] as const, query['state']),
  unit: typeof query['unit'] === 'string' ? query['unit'] : '',
})

/** What the server is asked. */
export function ordersQuery({ level, state, unit }: OrderFilter) {
  return {
    level: level || undefined,
    unit_id: unit || undefined,
    open: state === 'open' ? true : undefined,
    overdue: state === 'overdue' ? true : undefined,
    state: state && state !== 'open' && state !== 'overdue' ? state : undefined,
  }
}

export type OrderAct = 'answer' | 'accept' | 'send_back' | 'follow' | 'withdraw'
/** What may be done with an order, the likeliest first. */
export function actsOf(order: Pick<Order, 'may_answer' | 'may_decide' | 'may_withdraw' | 'next_level'>): OrderAct[] {
  const acts: OrderAct[] = []
  if (order.may_answer) acts.push('answer')
  if (order.may_decide) acts.push('accept', 'send_back')
  if (order.next_level) acts.push('follow')
  if (order.may_withdraw) acts.push('withdraw')
  return acts
}
/** What has to be said with it; an acceptance may go without a word, and what was demanded stands already. */
export const mustSay = (act: OrderAct) => act !== 'accept' && act !== 'follow'
/** Whether a day goes with it. */
export const hasDay = (act: OrderAct) => act === 'send_back' || act === 'follow'
