/** How much may be asked of a person, as people change it: numbers in fields, what is wrong with them, what differs. */
import type { BurdenRules } from '@/api/types'
import { flat, outside, type Bounds, type Typed } from '@/ui/rules/numbers'

export type BurdenRule = keyof BurdenRules
export type BurdenDraft = Typed<BurdenRules>

/** The least and the most that makes sense, as the server has it. */
export const BOUNDS: Record<BurdenRule, Bounds> = {
  messages_a_week: { least: 1, most: 1000 },
  reports_a_week: { least: 1, most: 100 },
  alike_from: { least: 30, most: 100 },
}
export const GROUPS = [
  { key: 'week', rules: ['messages_a_week', 'reports_a_week'] },
  { key: 'alike', rules: ['alike_from'] },
] as const
export const { changedKeys, rebased, settled } = flat<BurdenRules>(GROUPS.flatMap((group) => group.rules))

/** The fields whose numbers make no sense. */
export const numberFaults = (draft: BurdenDraft) => outside(draft, BOUNDS)
