import { describe, expect, it } from 'vitest'
import type { Action, Link, Party, Risk, TaskAnswer, TaskDetail, TaskTalk, Wait } from '@/api/types'
import { bulkActions, bulkFaults, bulkInput } from './bulk'
import { compose } from './compose'
import { buttonsOf, grouped } from './duties'
import { emptyForm, formOf, inputOf } from './setting/form'
import {
  blockers,
  groupLinks,
  linkInput,
  needsSubject,
  owedAnswer,
  subjectsOf,
  unfinished,
  waitable,
  wordsOf,
} from './life'

const party = (id: string, part: Partial<Party> = {}) =>
  ({ id, unit: { id: `u-${id}` }, role: 'co', state: 'signed', mine: false, person: null, ...part }) as Party
const wait = (id: string, part: Partial<Wait> = {}) =>
  ({ id, on_party_id: null, may_end: true, ended_at: null, expected_day: null, by: { name: '周运' }, ...part }) as Wait
const detail = (part: object) =>
  ({
    parties: [],
    waits: [],
    risks: [],
    reports: [],
    requests: [],
    links: [],
    can: [],
    next_duty: null,
    ...part,
  }) as unknown as TaskDetail

describe('parts of others', () => {
  it('keep a task open until they are done, whoever leads or answers for it aside', () => {
    const parties = [
      party('lead', { role: 'lead' }),
      party('boss', { role: 'charge_leader' }),
      party('co'),
      party('sum', { role: 'summary', state: 'unsigned' }),
      party('ready', { state: 'done' }),
    ]
    expect(unfinished({ parties }).map((one) => one.id)).toEqual(['co', 'sum'])
  })
  it('go out with what is asked of each, and an emptied one takes away what was asked', () => {
    const form = { ...emptyForm(), lead: 'a', co: ['b', 'c', 'd'] }
    form.parts = {
      b: { demand: ' 提供台账 ', due_day: '2026-12-01' },
      c: { demand: '', due_day: '' },
      gone: { demand: 'x', due_day: '' },
    }
    expect(inputOf(form).parties).toEqual([
      { unit_id: 'a', person_id: null, role: 'lead' },
      { unit_id: 'b', role: 'co', demand: '提供台账', due_day: '2026-12-01' },
      { unit_id: 'c', role: 'co', demand: '', due_day: null },
      { unit_id: 'd', role: 'co' },
    ])
  })
  it('stand in the form as they were', () => {
    const task = { task: { title: '' }, report_rule: { kind: 'daily', day: null }, milestones: [], demand: '' }
    const form = formOf(detail({ ...task, parties: [party('p', { demand: '会签', due_day: '2026-12-03' })] }))
    expect(form.parts['u-p']).toEqual({ role: 'co', person: '', demand: '会签', due_day: '2026-12-03' })
    expect(inputOf(form).report_rule).toEqual({ kind: 'daily' })
  })
})

describe('report rules', () => {
  it('name a day only where there is one', () => {
    const rule = (report_kind: ReturnType<typeof emptyForm>['report_kind']) =>
      inputOf({ ...emptyForm(), report_kind, report_day: 5 }).report_rule
    expect(rule('weekly')).toEqual({ kind: 'weekly', day: 5 })
    for (const kind of ['none', 'daily', 'half_monthly', 'milestone', 'on_event'] as const)
      expect(rule(kind)).toEqual({ kind })
  })
})

describe('waits', () => {
  const parties = [party('lead', { role: 'lead', mine: true }), party('mine', { mine: true }), party('other')]
  it('are mine to answer where they stand on my party, the one expected first', () => {
    const waits = [
      wait('late', { on_party_id: 'mine' }),
      wait('soon', { on_party_id: 'mine', expected_day: '2026-12-01' }),
      wait('theirs', { on_party_id: 'other', expected_day: '2026-11-01' }),
      wait('named', { expected_day: '2026-11-01' }),
    ]
    expect(owedAnswer({ parties, waits })?.id).toBe('soon')
    expect(owedAnswer({ parties, waits: [wait('over', { on_party_id: 'mine', may_end: false })] })).toBeNull()
  })
  it('can stand on others that have not done their part and are not waited for', () => {
    const more = [
      ...parties,
      party('done', { state: 'done' }),
      party('asked'),
      party('boss', { role: 'charge_leader' }),
    ]
    const waits = [wait('w', { on_party_id: 'asked' }), wait('past', { on_party_id: 'other', ended_at: '2026-11-01' })]
    expect(waitable({ parties: more, waits }).map((one) => one.id)).toEqual(['other'])
  })
  it('are ended by who waits and answered by who is waited for', () => {
    const words = (id: string) => {
      const one = wait('w', { on_party_id: id })
      return wordsOf({ parties }, 'provide', { kind: 'wait', id: 'w', wait: one })
    }
    expect([words('mine'), words('other'), words('nobody')]).toEqual(['provide', 'end_wait', 'end_wait'])
  })
})

describe('what is said with one text', () => {
  const risk = { id: 'r', by: { id: 'me' }, may_answer: true } as Risk
  it('is about those it may be said about', () => {
    const now = detail({
      parties: [party('a', { may_complete: true }), party('b', { may_waive: true }), party('c', { may_reopen: true })],
      risks: [risk, { ...risk, id: 'answered', may_answer: false }],
      reports: [{ id: 'q', may_withdraw: true }, { id: 'x' }],
    })
    const ids = (action: Parameters<typeof subjectsOf>[1]) => subjectsOf(now, action).map((one) => one.id)
    expect(ids('complete')).toEqual(['a'])
    expect(ids('waive')).toEqual(['b'])
    expect(ids('reopen_part')).toEqual(['c'])
    expect(ids('answer_risk')).toEqual(['r'])
    expect(ids('withdraw_report')).toEqual(['q'])
    expect(ids('recall')).toEqual([])
    expect([needsSubject('recall'), needsSubject('waive')]).toEqual([false, true])
  })
  it('has the words of whoever says it', () => {
    const about = { kind: 'risk' as const, id: 'r', risk }
    expect(wordsOf({ parties: [] }, 'answer_risk', about, 'me')).toBe('lift_risk')
    expect(wordsOf({ parties: [] }, 'answer_risk', about, 'you')).toBe('answer_risk')
    const back = (waived: boolean) =>
      wordsOf({ parties: [] }, 'reopen_part', { kind: 'party', id: 'p', party: party('p', { waived }) })
    expect([back(true), back(false)]).toEqual(['restore_part', 'reopen_part'])
  })
})

describe('the page of a task', () => {
  const talk = { can_rate: false, can_comment: false } as TaskTalk
  const composed = (part: object) =>
    compose(detail(part) as unknown as TaskAnswer, { items: [], can_urge: false, can_instruct: false }, talk)
  it('asks for the answer somebody waits for, after what the server asks first', () => {
    const part = { parties: [party('mine', { mine: true })], waits: [wait('w', { on_party_id: 'mine', text: '数据' })] }
    expect(composed(part).next_duty).toEqual({ action: 'provide', text: '周运：数据', due_day: null, target: 'w' })
    const sign = { action: 'sign', text: '', due_day: null, target: null }
    expect(composed({ ...part, next_duty: sign }).next_duty).toEqual(sign)
  })
  it('lets whoever said a risk say that it has passed', () => {
    expect(composed({ risks: [{ may_answer: true }] }).can).toEqual(['answer_risk'])
    expect(composed({ risks: [{ may_answer: true }], can: ['answer_risk'] }).can).toEqual(['answer_risk'])
    expect(composed({ risks: [{ may_answer: false }] }).can).toEqual([])
  })
  it('has one button, a few beside it and the rest in groups', () => {
    const can: Action[] = [
      'link',
      'report',
      'wait',
      'raise_risk',
      'waive',
      'delete',
      'withdraw_report',
      'request_close',
    ]
    const { near, rest } = buttonsOf(detail({ can }))
    expect(near).toEqual(['report', 'request_close'])
    expect(grouped(rest)).toEqual([
      { key: 'beside', actions: ['wait', 'raise_risk'] },
      { key: 'back', actions: ['withdraw_report'] },
      { key: 'ties', actions: ['link'] },
      { key: 'file', actions: ['delete'] },
    ])
  })
})

describe('links', () => {
  const link = (kind: Link['kind'], reverse: boolean, state: Link['state'] = 'active') =>
    ({ task_id: `${kind}${reverse}`, kind, reverse, state }) as Link
  it('are read from this task', () => {
    const links = [link('same_matter', true), link('blocks', false), link('follows', true), link('blocks', true)]
    expect(groupLinks(links).map((group) => group.key)).toEqual(['before', 'after', 'followed', 'same_matter'])
  })
  it('name what should be done before and is not', () => {
    const links = [link('blocks', true), link('blocks', true, 'settled'), link('blocks', false)]
    expect(blockers({ links })).toEqual([links[0]])
  })
  it('are said of the task that comes first', () => {
    expect(linkInput('before', 'own', 'other')).toEqual({ of: 'other', kind: 'blocks', to: 'own' })
    expect(linkInput('after', 'own', 'other')).toEqual({ of: 'own', kind: 'blocks', to: 'other' })
    expect(linkInput('follows', 'own', 'other')).toEqual({ of: 'own', kind: 'follows', to: 'other' })
  })
})

describe('one action on many tasks', () => {
  const nothing = { text: '', day: '', not_secret: false }
  it('offers what makes sense for what is chosen and who chose', () => {
    expect(bulkActions([{ state: 'draft' }], ['centre'])).toEqual(['tag', 'submit', 'delete'])
    expect(bulkActions([{ state: 'closed' }], ['handler'])).toEqual([])
    expect(bulkActions([{ state: 'dispatched' }], ['handler'])).toEqual(['sign'])
    expect(bulkActions(null, ['leader'])).toContain('verify')
    expect(bulkActions(null, ['administrator'])).toEqual([])
  })
  it('wants what the server wants', () => {
    expect(bulkFaults('ask_report', nothing)).toEqual(['text', 'due_day'])
    expect(bulkFaults('urge', nothing)).toEqual(['text'])
    expect(bulkFaults('submit', nothing)).toEqual(['not_secret'])
    expect(bulkFaults('accept_reports', nothing)).toEqual([])
  })
  it('sends rows, or the filter with yes and no as such; and only what belongs to it', () => {
    const all = { text: ' 抓紧 ', day: '2026-12-01', not_secret: true }
    expect(bulkInput('urge', { ids: ['1'] }, all)).toEqual({
      action: 'urge',
      ids: ['1'],
      text: '抓紧',
      due_day: '2026-12-01',
    })
    expect(bulkInput('sign', { filter: { overdue: 'true', lamp: 'red' } }, all)).toEqual({
      action: 'sign',
      filter: { overdue: true, lamp: 'red' },
    })
    const no = { has_lead: 'false', has_due: 'false', waiting: 'true', q: 'true', tag: 'false' }
    expect(bulkInput('sign', { filter: no }, all).filter).toEqual({
      has_lead: false,
      has_due: false,
      waiting: true,
      q: 'true',
      tag: 'false',
    })
    expect(bulkInput('submit', { ids: ['1'] }, all)).toEqual({ action: 'submit', ids: ['1'], not_secret: true })
  })
})
