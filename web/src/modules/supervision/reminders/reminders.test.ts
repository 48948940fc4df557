import { describe, expect, it } from 'vitest'
import type { ReminderCondition, ReminderRule, ReminderRules, ReminderStep } from '@/api/types'
import { i18n, setLocale, withLateWords } from '@/i18n'
import { yuan } from '@/lib/numbers'
import {
  below,
  changesBetween,
  conditionOf,
  entriesOf,
  fitting,
  isGroup,
  newGroup,
  monthsBefore,
  newCode,
  rebased,
  type Entry,
} from './model'
import { conditionWords, restWords, ruleChanges, ruleLines, stepSentence, type Say } from './words'

await withLateWords(() => Promise.resolve())()
const t: Say = (key, values) => i18n.global.t(key, values ?? {})
const source = (code: string) => ({ petition: '群众线索' })[code] ?? code
const person = (id: string) => ({ p1: '秦一' })[id] ?? id
const step = (n: number, more: Partial<ReminderStep> = {}): ReminderStep => ({
  after: { n, unit: 'workdays' },
  to: ['handler'],
  channels: ['wechat'],
  ...more,
})
const rule = (code: string, more: Partial<ReminderRule> = {}): ReminderRule => ({
  code,
  name: code,
  enabled: true,
  trigger: { kind: 'due' },
  steps: [step(-5)],
  on_ack: 'stop',
  ...more,
})
const set = (...rules: ReminderRule[]): ReminderRules => ({ rules, office: [{ from: '08:30', to: '12:00' }] })

describe('a step as a sentence', () => {
  it('says when, whom and by which ways', () => {
    expect(stepSentence(step(-5), { kind: 'due' }, t, person)).toBe('到期前 5 个工作日 09:00 → 经办人 · 站内、微信')
    expect(stepSentence(step(0, { channels: [] }), { kind: 'due' }, t, person)).toBe('到期当天 09:00 → 经办人 · 站内')
    const voice = step(1, { at: '14:30', to: ['handler', 'head'], channels: ['sms', 'voice'] })
    expect(stepSentence(voice, { kind: 'due' }, t, person)).toBe(
      '到期后 1 个工作日 14:30 → 经办人、单位负责人 · 站内、短信、语音电话',
    )
  })
  it('names no time of day where it counts from a moment or in hours', () => {
    const hours = step(4, { after: { n: 4, unit: 'work_hours' } })
    expect(stepSentence(hours, { kind: 'unsigned' }, t, person)).toBe('交办后 4 个工作小时 → 经办人 · 站内、微信')
    expect(stepSentence(step(0), { kind: 'request' }, t, person)).toMatch(/^提出申请时 →/)
    expect(stepSentence(hours, { kind: 'due' }, t, person)).toMatch(/^到期后 4 个工作小时 →/)
  })
  it('says which lamp, how long a silence, and that nobody is told', () => {
    expect(stepSentence(step(0), { kind: 'lamp', lamp: 'orange' }, t, person)).toMatch(/^亮橙灯当天 09:00/)
    expect(stepSentence(step(5, { to: [] }), { kind: 'silent', workdays: 20 }, t, person)).toBe(
      '满 20 个工作日没有上报后 5 个工作日 09:00 → 没有接收人 · 站内、微信',
    )
  })
  it('names whom it names', () => {
    expect(stepSentence(step(0, { persons: ['p1'] }), { kind: 'due' }, t, person)).toMatch(/→ 经办人、秦一 · /)
    expect(stepSentence(step(0, { to: [], persons: ['p1'] }), { kind: 'due' }, t, person)).toMatch(/→ 秦一 · /)
  })
  it('says how it goes on', () => {
    expect(restWords(rule('a', { repeat: { every: 2, times: 5 } }), t)).toEqual([
      '之后每 2 个工作日再提醒一次，最多 5 次',
      '有人确认收到后停止',
    ])
  })
  it('is said in English, too', async () => {
    await setLocale('en')
    expect(stepSentence(step(-1), { kind: 'due' }, t, person)).toBe(
      '1 working day before the due day 09:00 → handler · in the system, WeChat',
    )
    expect(stepSentence(step(0), { kind: 'due' }, t, person)).toMatch(/^on the due day 09:00/)
    expect(stepSentence(step(2), { kind: 'lamp', lamp: 'red' }, t, person)).toMatch(
      /^2 working days after the day of the red/,
    )
    await setLocale('zh')
  })
  it('is made to fit another trigger', () => {
    const fitted = fitting(step(-3, { at: '10:00', to: ['handler', 'decider'] }), 'unsigned')
    expect(fitted).toEqual(step(3))
    expect(fitting(step(3, { to: ['decider'] }), 'request').to).toEqual(['decider'])
  })
})

describe('conditions', () => {
  const weighty: ReminderCondition = { op: 'is', fact: 'importance', one_of: ['important', 'major'] }
  const few: ReminderCondition = { op: 'at_most', fact: 'progress', n: 50 }
  const calm: ReminderCondition = { op: 'not', of: { op: 'is', fact: 'urgency', one_of: ['critical'] } }
  const all: ReminderCondition = { op: 'all', of: [weighty, few, calm] }

  const either: ReminderCondition = { op: 'any', of: [weighty, few] }

  it('are a list and a tree in turn', () => {
    for (const tree of [undefined, weighty, few, calm, all, either, { op: 'all', of: [calm, either, few] } as const]) {
      const entries = entriesOf(tree as ReminderCondition | undefined)
      expect(entries).not.toBeNull()
      expect(conditionOf(entries as Entry[])).toEqual(tree)
    }
    expect(entriesOf(all)?.map((one) => (isGroup(one) ? 'any' : one.op))).toEqual(['is', 'at_most', 'is_not'])
    expect(entriesOf(null)).toEqual([])
  })
  it('have groups of which one must hold', () => {
    const made = newGroup()
    const any = made.any.map((line, n) => ({ ...line, one_of: n ? ['critical'] : ['important'] }))
    const tree = conditionOf([{ any }])
    expect(tree).toEqual({
      op: 'any',
      of: [
        { op: 'is', fact: 'importance', one_of: ['important'] },
        { op: 'is', fact: 'urgency', one_of: ['critical'] },
      ],
    })
    expect(conditionWords(tree as ReminderCondition, t, source)).toBe('重要程度是重要，或者紧急程度是特急')
    // A group of one is that one, and an empty one is none.
    expect(conditionOf([{ any: any.slice(1) }])).toEqual({ op: 'is', fact: 'urgency', one_of: ['critical'] })
    expect(conditionOf([{ any: [] }])).toBeUndefined()
  })
  it('that are more than that are only read', () => {
    const deep: ReminderCondition = { op: 'any', of: [weighty, { op: 'all', of: [few, calm] }] }
    for (const tree of [deep, { op: 'all', of: [few, deep] }, { op: 'not', of: few }] as ReminderCondition[])
      expect(entriesOf(tree)).toBeNull()
    expect(conditionWords({ op: 'all', of: [calm, either] }, t, source)).toBe(
      '紧急程度不是特急，且（重要程度是重要或重大，或者进度（%）不多于 50）',
    )
    expect(conditionWords({ op: 'not', of: few }, t, source)).toBe('并非（进度（%）不多于 50）')
  })
  it("say the area's own sources and lamps by their names", () => {
    expect(conditionWords({ op: 'is', fact: 'source_kind', one_of: ['petition'] }, t, source)).toBe(
      '任务来源是群众线索',
    )
    expect(conditionWords({ op: 'is', fact: 'lamp', one_of: ['red'] }, t, source)).toBe('亮灯是红灯')
  })
})

describe('versions', () => {
  it('tell what was added, removed, turned off and changed', () => {
    const from = set(rule('a'), rule('b'), rule('c'))
    const to = set(rule('a', { enabled: false }), rule('b', { steps: [step(-1)] }), rule('d'))
    expect(changesBetween(from, to).map(({ kind, code }) => `${kind} ${code}`)).toEqual([
      'off a',
      'changed b',
      'added d',
      'removed c',
    ])
  })
  it('say what a rule said and says, step by step', () => {
    const names = { person, source, unit: (id: string) => ({ u1: '经发局' })[id] ?? id }
    const from = rule('a', { steps: [step(1), step(3, { channels: ['sms'] }), step(5)] })
    const to = rule('a', {
      steps: [step(1), step(3, { channels: [] }), step(5), step(10, { text: '请办结' })],
      when: { op: 'is', fact: 'urgency', one_of: ['critical'] },
      units: ['u1'],
    })
    expect(ruleChanges(from, to, t, names)).toEqual([
      { was: '没有条件，都提醒', is: '只在紧急程度是特急时' },
      { was: '全部单位', is: '只限单位：经发局' },
      {
        was: '到期后 3 个工作日 09:00 → 经办人 · 站内、短信',
        is: '到期后 3 个工作日 09:00 → 经办人 · 站内',
      },
      { was: undefined, is: '到期后 10 个工作日 09:00 → 经办人 · 站内、微信 自拟内容：请办结' },
    ])
    // Seven steps that lost their ways are seven pairs.
    const steps = [1, 2, 3, 4, 5, 6, 7].map((n) => step(n))
    const bare = steps.map((one) => ({ ...one, channels: [] }))
    expect(ruleChanges(rule('a', { steps }), rule('a', { steps: bare }), t, names)).toHaveLength(7)
    expect(ruleChanges(from, structuredClone(from), t, names)).toEqual([])
    // Two people without names are two all the same.
    const whom = (id: string) => rule('a', { steps: [step(1, { persons: [id] })] })
    const nameless = { ...names, person: () => '未知人员' }
    expect(ruleChanges(whom('x'), whom('y'), t, nameless)).toEqual([{ is: '其他设置有变' }])
    expect(ruleLines(rule('a', { steps: [step(-5)] }), t, names)).toEqual([
      '什么情况下提醒：任务到期前后',
      '到期前 5 个工作日 09:00 → 经办人 · 站内、微信',
      '有人确认收到后停止',
    ])
  })
  it('do not differ by what is empty or by the order of a set', () => {
    const one = rule('a', { units: [], when: null, steps: [step(-5, { to: ['handler', 'head'] })] })
    const bare = rule('a', { steps: [step(-5, { to: ['head', 'handler'] })] })
    expect(changesBetween(set(one), set(bare))).toEqual([])
  })
  it('keep the rules somebody changed when another was faster', () => {
    const base = set(rule('a'), rule('b'), rule('c'))
    const mine = set(rule('a', { name: 'mine' }), rule('b'), rule('own_4'))
    const theirs = set(rule('a'), rule('b', { name: 'theirs' }), rule('c'), rule('x'))
    expect(rebased(mine, base, theirs).rules.map((one) => one.name)).toEqual(['mine', 'theirs', 'x', 'own_4'])
  })
  it('give a new rule a code of its own', () => {
    expect(newCode([rule('a'), rule('own_3')])).toBe('own_4')
  })
})

describe('the small ones', () => {
  it('writes money no finer than there is', () => {
    expect([0, 45, 1300, 26_460, 26_465, 100_000].map(yuan)).toEqual(['0', '0.045', '1.3', '26.46', '26.47', '100'])
  })
  it('offers the months before this one', () => {
    expect(monthsBefore('2026-02-27', 3)).toEqual(['2026-01-01', '2025-12-01', '2025-11-01'])
  })
  it('finds the errors of one rule', () => {
    const errors = { 'rules.2.steps.0.to': '至少选一类接收人', 'rules.21.name': '太长', reason: '空' }
    expect(below(errors, 'rules.2')).toEqual({ 'steps.0.to': '至少选一类接收人' })
  })
})
