/** The numbers of urges and orders, as people change them: numbers in fields, what is wrong with them, what differs. */
import type { OrderRules } from '@/api/types'
import { flat, outside, type Bounds, type Typed } from '@/ui/rules/numbers'

export type NumberRule = Exclude<keyof OrderRules, 'numbering'>
export type OrderRulesDraft = Typed<OrderRules>

/** The least and the most that makes sense, as the server has it. */
export const BOUNDS: Record<NumberRule, Bounds> = {
  urge_days: { least: 1, most: 30 },
  blue_days: { least: 1, most: 30 },
  orange_days: { least: 1, most: 30 },
  red_days: { least: 1, most: 30 },
  interview_orders: { least: 0, most: 100 },
  interview_reds: { least: 0, most: 1000 },
}
export const DAYS = ['urge_days', 'blue_days', 'orange_days', 'red_days'] as const
export const INTERVIEWS = ['interview_orders', 'interview_reds'] as const
const rules = flat<OrderRules>([...DAYS, ...INTERVIEWS, 'numbering'])
export const { changedKeys, rebased } = rules

/** The fields whose numbers make no sense. */
export const numberFaults = (draft: OrderRulesDraft) => outside(draft, BOUNDS)

/** What is sent: an emptied field counts as what it was, and blanks are no pattern. */
export const settled = (draft: OrderRulesDraft, base: OrderRules) =>
  rules.settled({ ...draft, numbering: draft.numbering.trim() }, base)

/** What the first order of a year would be called. */
export const sample = (pattern: string, year: string, unit: string) =>
  pattern.replaceAll('{unit}', unit).replaceAll('{year}', year).replaceAll('{seq}', '1')
