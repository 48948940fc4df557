/** The numbers tasks go by, as people think of them: sentences with places for numbers. */
import type { Lamp, TaskRules } from '@/api/types'
import { flat, outside, type Bounds, type Typed } from '@/ui/rules/numbers'

export type RuleKey = keyof TaskRules
export type NumberKey = { [K in RuleKey]: TaskRules[K] extends number ? K : never }[RuleKey]
export type ChoiceKey = Exclude<RuleKey, NumberKey>
export type RuleValue = TaskRules[RuleKey]
type RuleUnit = 'percent' | 'workdays' | 'days' | 'times'

/** The least and the most that makes sense, as the server has it, and what is counted. */
export const RULES: Record<NumberKey, Bounds & { unit: RuleUnit }> = {
  yellow_ratio: { least: 1, most: 100, unit: 'percent' },
  orange_ratio: { least: 1, most: 100, unit: 'percent' },
  judged_from: { least: 0, most: 100, unit: 'percent' },
  yellow_remain: { least: 0, most: 60, unit: 'workdays' },
  yellow_remain_share: { least: 0, most: 50, unit: 'percent' },
  orange_remain: { least: 0, most: 60, unit: 'workdays' },
  orange_remain_share: { least: 0, most: 50, unit: 'percent' },
  nearly_done: { least: 1, most: 100, unit: 'percent' },
  report_late: { least: 0, most: 60, unit: 'workdays' },
  orange_days: { least: 1, most: 250, unit: 'workdays' },
  return_within: { least: 0, most: 30, unit: 'workdays' },
  sign_within: { least: 0, most: 30, unit: 'workdays' },
  assign_within: { least: 0, most: 30, unit: 'workdays' },
  report_ahead: { least: 0, most: 30, unit: 'days' },
  review_within: { least: 0, most: 30, unit: 'workdays' },
  decide_within: { least: 0, most: 30, unit: 'workdays' },
  extend_times: { least: 0, most: 20, unit: 'times' },
  extend_days: { least: 0, most: 750, unit: 'workdays' },
  recheck_within: { least: 0, most: 365, unit: 'days' },
  verify_within: { least: 0, most: 250, unit: 'workdays' },
  verify_normal: { least: 0, most: 100, unit: 'percent' },
  verify_important: { least: 0, most: 100, unit: 'percent' },
}

const CHAIN = { words: 'requests.chain', options: ['issuer', 'issuer_head', 'issuer_leader'] } as const
/** What is chosen and no number; words are `<words>.<option>`. */
export const CHOICES: { [K in ChoiceKey]: { words: string; options: readonly TaskRules[K][] } } = {
  colours: { words: 'rules.colours', options: ['four', 'three'] },
  chained: { words: 'requests.chained', options: ['terms', 'contents', 'all'] },
  chain_normal: CHAIN,
  chain_important: CHAIN,
  chain_major: CHAIN,
}
export const isNumber = (key: RuleKey): key is NumberKey => key in RULES

/** A sentence is `rules.say.<id>`; one without keys holds for good and is there so that nobody misses it. */
export interface Sentence {
  id: string
  keys: RuleKey[]
}
export interface RuleGroup {
  id: 'lamps' | 'terms' | 'changes' | 'checks'
  parts: { id: string; lamp?: Lamp; sentences: Sentence[] }[]
}
const says = (id: string, ...keys: RuleKey[]): Sentence => ({ id, keys })

export const GROUPS: readonly RuleGroup[] = [
  {
    id: 'lamps',
    parts: [
      {
        id: 'yellow',
        lamp: 'yellow',
        sentences: [
          says('yellowBehind', 'yellow_ratio'),
          says('yellowSoon', 'yellow_remain', 'yellow_remain_share'),
          says('yellowReport'),
        ],
      },
      {
        id: 'orange',
        lamp: 'orange',
        sentences: [
          says('orangeBehind', 'orange_ratio'),
          says('orangeSoon', 'orange_remain', 'orange_remain_share'),
          says('orangeStep'),
        ],
      },
      {
        id: 'red',
        lamp: 'red',
        sentences: [says('redPast'), says('redReport', 'report_late'), says('redLong', 'orange_days')],
      },
      {
        id: 'all',
        sentences: [says('judgedFrom', 'judged_from'), says('nearlyDone', 'nearly_done'), says('colours', 'colours')],
      },
    ],
  },
  {
    id: 'terms',
    parts: [
      {
        id: 'unit',
        sentences: [
          says('sign', 'sign_within'),
          says('return', 'return_within'),
          says('assign', 'assign_within'),
          says('report', 'report_ahead'),
        ],
      },
      {
        id: 'issuer',
        sentences: [says('review', 'review_within'), says('decide', 'decide_within'), says('verify', 'verify_within')],
      },
    ],
  },
  {
    id: 'changes',
    parts: [
      { id: 'extend', sentences: [says('extend', 'extend_times', 'extend_days')] },
      {
        id: 'chain',
        sentences: [
          says('chained', 'chained'),
          says('chainNormal', 'chain_normal'),
          says('chainImportant', 'chain_important'),
          says('chainMajor', 'chain_major'),
        ],
      },
      { id: 'recheck', sentences: [says('recheck', 'recheck_within')] },
    ],
  },
  {
    id: 'checks',
    parts: [
      {
        id: 'share',
        sentences: [
          says('checkMajor'),
          says('checkImportant', 'verify_important'),
          says('checkNormal', 'verify_normal'),
        ],
      },
    ],
  },
]
const KEYS: readonly RuleKey[] = GROUPS.flatMap((group) =>
  group.parts.flatMap((part) => part.sentences.flatMap((sentence) => sentence.keys)),
)
/** Those that decide which lamp shows; a trial shows nothing of the others. */
const LIT: ReadonlySet<RuleKey> = new Set(
  GROUPS.filter((group) => group.id === 'lamps').flatMap((group) =>
    group.parts.flatMap((part) => part.sentences.flatMap((sentence) => sentence.keys)),
  ),
)
export const lights = (keys: readonly RuleKey[]) => keys.some((key) => LIT.has(key))

export const { changedKeys, rebased, settled } = flat<TaskRules>(KEYS)

/** What is being edited: an emptied field is no number. */
export type RuleDraft = Typed<TaskRules>
export type RuleFault = 'range' | 'ratio' | 'remain' | 'share'

export function ruleFaults(rules: RuleDraft): Partial<Record<RuleKey, RuleFault>> {
  const faults: Partial<Record<RuleKey, RuleFault>> = {}
  for (const key of outside(rules, RULES)) faults[key] = 'range'
  const above = (orange: NumberKey, yellow: NumberKey, fault: RuleFault) => {
    if (!faults[orange] && !faults[yellow] && rules[orange] > rules[yellow]) faults[orange] = fault
  }
  above('orange_ratio', 'yellow_ratio', 'ratio')
  above('orange_remain', 'yellow_remain', 'remain')
  above('orange_remain_share', 'yellow_remain_share', 'share')
  return faults
}

export interface RuleChange {
  key: RuleKey
  from: RuleValue
  to: RuleValue
}
export const changesBetween = (from: TaskRules, to: TaskRules): RuleChange[] =>
  changedKeys(from, to).map((key) => ({ key, from: from[key], to: to[key] }))
