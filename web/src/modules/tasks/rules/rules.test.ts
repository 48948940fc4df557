import { describe, expect, it } from 'vitest'
import type { TaskRules } from '@/api/types'
import { changedKeys, CHOICES, GROUPS, lights, rebased, ruleFaults, RULES, settled } from './model'

const DEFAULTS: TaskRules = {
  yellow_ratio: 95,
  orange_ratio: 80,
  judged_from: 20,
  yellow_remain: 3,
  yellow_remain_share: 10,
  orange_remain: 1,
  orange_remain_share: 5,
  nearly_done: 90,
  report_late: 3,
  orange_days: 10,
  colours: 'four',
  return_within: 3,
  sign_within: 1,
  assign_within: 1,
  report_ahead: 3,
  review_within: 2,
  decide_within: 3,
  extend_times: 2,
  extend_days: 60,
  chained: 'terms',
  chain_normal: 'issuer',
  chain_important: 'issuer_head',
  chain_major: 'issuer_leader',
  recheck_within: 30,
  verify_within: 10,
  verify_normal: 100,
  verify_important: 100,
}
describe('the numbers of tasks', () => {
  it('each stand in one sentence', () => {
    const said = GROUPS.flatMap((group) => group.parts.flatMap((part) => part.sentences.flatMap((one) => one.keys)))
    expect([...said].sort()).toEqual(Object.keys(DEFAULTS).sort())
    expect([...Object.keys(RULES), ...Object.keys(CHOICES)].sort()).toEqual(Object.keys(DEFAULTS).sort())
  })
  it('are checked by themselves and together', () => {
    expect(ruleFaults(DEFAULTS)).toEqual({})
    const wrong = { ...DEFAULTS, orange_ratio: 99, yellow_remain: '' as const, orange_days: 0, report_ahead: 1.5 }
    expect(ruleFaults(wrong)).toEqual({
      orange_ratio: 'ratio',
      yellow_remain: 'range',
      orange_days: 'range',
      report_ahead: 'range',
    })
    expect(ruleFaults({ ...DEFAULTS, orange_remain: 4, orange_remain_share: 11 })).toEqual({
      orange_remain: 'remain',
      orange_remain_share: 'share',
    })
  })
  it('count as what they were while their field is empty', () => {
    const typed = { ...DEFAULTS, orange_days: '' as const, yellow_ratio: 90 }
    expect(settled(typed, DEFAULTS)).toEqual({ ...DEFAULTS, yellow_ratio: 90 })
  })
  it('light tasks or not', () => {
    expect([lights(['orange_days']), lights(['sign_within', 'verify_normal']), lights([])]).toEqual([
      true,
      false,
      false,
    ])
  })
  it('that one changed are put upon what others wrote', () => {
    const mine = { ...DEFAULTS, orange_days: 15, yellow_ratio: 90 }
    const theirs = { ...DEFAULTS, yellow_ratio: 85, sign_within: 2 }
    const now = rebased(mine, DEFAULTS, theirs)
    expect(changedKeys(theirs, now)).toEqual(['yellow_ratio', 'orange_days'])
    expect(now.sign_within).toBe(2)
  })
})
