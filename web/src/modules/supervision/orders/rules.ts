/** The numbers of urges and orders, as people change them: numbers in fields, what is wrong with them, what differs. */
import type { OrderRules } from '@/api/types'

export type NumberRule = Exclude<keyof OrderRules, 'numbering'>
/** An emptied field is no number. */
export type OrderRulesDraft = Record<NumberRule, number | ''> & { numbering: string }

/** The least and the most that makes sense, as the server has it. */
export const BOUNDS: Record<NumberRule, { least: number; most: number }> = {
  urge_days: { least: 1, most: 30 },
  blue_days: { least: 1, most: 30 },
  orange_days: { least: 1, most: 30 },
  red_days: { least: 1, most: 30 },
  interview_orders: { least: 0, most: 100 },
  interview_reds: { least: 0, most: 1000 },
}
export const DAYS = ['urge_days', 'blue_days', 'orange_days', 'red_days'] as const
export const INTERVIEWS = ['interview_orders', 'interview_reds'] as const
const NUMBERS: readonly NumberRule[] = [...DAYS, ...INTERVIEWS]
const KEYS: readonly (keyof OrderRules)[] = [...NUMBERS, 'numbering']

/** The fields whose numbers make no sense. */
export const numberFaults = (rules: OrderRulesDraft): NumberRule[] =>
  NUMBERS.filter((key) => {
    const value = rules[key]
    const { least, most } = BOUNDS[key]
    return value === '' || !Number.isInteger(value) || value < least || value > most
  })

/** What is sent: an emptied field counts as what it was. */
export function settled(draft: OrderRulesDraft, base: OrderRules): OrderRules {
  const numbers = NUMBERS.map((key) => [key, draft[key] === '' ? base[key] : draft[key]])
  return { ...base, ...Object.fromEntries(numbers), numbering: draft.numbering.trim() || base.numbering }
}

export const changedKeys = (from: OrderRules, to: OrderRules) => KEYS.filter((key) => from[key] !== to[key])

/** What somebody changed, put upon what others have written meanwhile. */
export const rebased = (mine: OrderRules, base: OrderRules, theirs: OrderRules): OrderRules => ({
  ...theirs,
  ...Object.fromEntries(changedKeys(base, mine).map((key) => [key, mine[key]])),
})

/** What the first order of a year would be called. */
export const sample = (pattern: string, year: string, unit: string) =>
  pattern.replaceAll('{unit}', unit).replaceAll('{year}', year).replaceAll('{seq}', '1')
