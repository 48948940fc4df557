import { describe, expect, it } from 'vitest'
import type { TaskRules, TaskRulesVersion, TaskRulesView } from '@/api/types'
import {
  changedKeys,
  CHOICES,
  GROUPS,
  historyOf,
  lights,
  nextVersion,
  overtakenBy,
  rebased,
  ruleFaults,
  RULES,
} from './rules'

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
  chain_normal: 'issuer',
  chain_important: 'issuer_head',
  chain_major: 'issuer_leader',
  recheck_within: 30,
  verify_within: 10,
  verify_normal: 100,
  verify_important: 100,
}
const version = (n: number, from_day: string, set: Partial<TaskRules>): TaskRulesVersion => ({
  version: n,
  from_day,
  rules: { ...DEFAULTS, ...set },
  reason: '试行',
  by: null as unknown as TaskRulesVersion['by'],
  at: '2026-11-20T09:00:00+08:00',
})
const view = (in_force: number, ...history: TaskRulesVersion[]): TaskRulesView => ({
  version: Math.max(0, ...history.map((one) => one.version)),
  in_force,
  rules: history.find((one) => one.version === in_force)?.rules ?? DEFAULTS,
  defaults: DEFAULTS,
  history,
})
const TODAY = '2026-11-25'

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

describe('the history of the numbers', () => {
  const first = version(1, '2026-11-01', { orange_days: 12 })
  const ahead = version(2, '2026-12-01', { orange_days: 12, yellow_ratio: 90 })
  const urgent = version(3, '2026-11-25', { orange_days: 8 })
  it('says what each changed against the one it took over from, not the one written before', () => {
    const rows = historyOf(view(3, urgent, ahead, first), TODAY)
    expect(rows.map((row) => [row.version.version, row.state, row.changes])).toEqual([
      [3, 'now', [{ key: 'orange_days', from: 12, to: 8 }]],
      [2, 'ahead', [{ key: 'yellow_ratio', from: 95, to: 90 }]],
      [1, 'past', [{ key: 'orange_days', from: 10, to: 12 }]],
    ])
  })
  it('knows what comes next, and what will overtake a change', () => {
    const now = view(3, urgent, ahead, first)
    expect(nextVersion(now, TODAY)?.version).toBe(2)
    expect(overtakenBy(now, TODAY, '2026-11-30')?.version).toBe(2)
    expect(overtakenBy(now, TODAY, '2026-12-01')).toBeNull()
    // Written for the same day, the later one holds.
    const again = version(4, '2026-12-01', { orange_days: 8 })
    expect(historyOf(view(3, again, urgent, ahead, first), TODAY).map((row) => row.state)).toEqual([
      'ahead',
      'now',
      'past',
      'past',
    ])
  })
  it('claims nothing about what it does not show', () => {
    const many = Array.from({ length: 50 }, (_, n) => version(60 - n, '2026-11-01', { orange_days: 60 - n }))
    const rows = historyOf(view(60, ...many), TODAY)
    expect([rows.at(-1)?.changes, rows[0]?.changes?.length]).toEqual([null, 1])
  })
})
