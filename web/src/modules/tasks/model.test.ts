import { describe, expect, it } from 'vitest'
import type { Action, Duty, TaskAnswer, TaskDetail, TaskRow, TaskTalk, TimelineItem } from '@/api/types'
import {
  buttonsOf,
  compose,
  recompose,
  dueTone,
  groupDuties,
  keepKnown,
  mergeStream,
  mostUrgent,
  newerThan,
  ofView,
} from './model'
import { blankRow, childrenInput, pageIndex, rowsOf } from './setting/breakdown'
import { dueInput, emptyForm, faults, inputOf, merged } from './setting/form'

const row = (part: Partial<TaskRow> = {}) =>
  ({
    id: 't',
    due_day: '2026-12-01',
    overdue_days: 0,
    remain_days: 6,
    lamp: { lamp: 'green', reasons: [], was_red: false },
    state: 'active',
    co_units: [],
    ...part,
  }) as TaskRow
const detail = (part: Partial<TaskDetail> = {}) =>
  ({
    task: row(),
    parties: [],
    reports: [],
    urges: [],
    requests: [],
    verifications: [],
    waits: [],
    risks: [],
    links: [],
    talk: { notes: [] },

    children: [],
    reserved_weight: 0,
    can: [],
    next_duty: null,
    ...part,
  }) as unknown as TaskDetail
const person = { id: 'p1', name: '唐静' }
const entry = (seq: number, at: string, action: string, actor: typeof person | null = person): TimelineItem => ({
  seq,
  at,
  actor,
  action,
  sentence: action,
  task_id: null,
  task_title: null,
  hash: 'h',
})

describe('an edit that came second', () => {
  it('keeps what was touched and takes the rest', () => {
    const base = { ...emptyForm(), title: '原题', demand: '原要求', co: ['a'] }
    const mine = { ...base, demand: '我的要求', co: ['a'] }
    const theirs = { ...base, title: '新题', demand: '他们的要求', co: ['a', 'b'] }
    expect(merged(mine, base, theirs)).toEqual({ ...base, title: '新题', demand: '我的要求', co: ['a', 'b'] })
  })
})

describe('the stream of a task', () => {
  const report = { id: 'r1', by: person, at: '2026-11-18T10:21:05+08:00' } as TaskDetail['reports'][number]

  it('shows a report once, though the ledger tells of it as well', () => {
    const ledger = [
      entry(2, '2026-11-18T10:21:05.400+08:00', 'reported'),
      entry(1, '2026-11-01T09:00:00+08:00', 'dispatched'),
    ]
    const items = mergeStream(detail({ reports: [report] }), ledger)
    expect(items.map((item) => [item.kind, item.ledger?.seq])).toEqual([
      ['report', 2],
      ['event', 1],
    ])
  })
  it('keeps an entry of somebody else at the same second', () => {
    const ledger = [entry(2, report.at, 'reported', { id: 'p2', name: '覃海涛' })]
    expect(mergeStream(detail({ reports: [report] }), ledger)).toHaveLength(2)
  })
  it('is newest first and can show one kind', () => {
    const items = mergeStream(detail({ reports: [report] }), [entry(9, '2026-11-20T08:00:00+08:00', 'lamp_changed')])
    expect(items.map((item) => item.kind)).toEqual(['event', 'report'])
    expect(ofView(items, 'report').map((item) => item.kind)).toEqual(['report'])
  })
  it('knows what happened since it was read', () => {
    expect(newerThan([entry(3, '', 'x'), entry(2, '', 'y')], 2).map((item) => item.seq)).toEqual([3])
  })
})

describe('a task and its urges', () => {
  const urge = (id: string, owed_day: string, may_reply: boolean, reply: string | null = null) =>
    ({
      id,
      owed_day: reply ? null : owed_day,
      may_reply: may_reply && !reply,
      asked: '请说明',
      by: person,
    }) as TaskDetail['urges'][number]
  const task = {
    ...detail({ can: ['report'], next_duty: { action: 'report', text: '', due_day: null, target: null } }),
  } as unknown as TaskAnswer

  const talk = { notes: [], can_rate: false, can_comment: false } as unknown as TaskTalk

  it('become one page: who is pressed answers first', () => {
    const urges = {
      items: [urge('u1', '2026-11-26', true), urge('u2', '2026-11-24', true)],
      can_urge: true,
      can_instruct: false,
    }
    const both = compose(task, urges, talk)
    expect(both.can).toEqual(['report', 'urge', 'reply'])
    expect(both.next_duty).toEqual({ action: 'reply', text: '唐静：请说明', due_day: '2026-11-24', target: 'u2' })
  })
  it('ask nothing of those who may not reply or have replied', () => {
    const urges = {
      items: [urge('u1', '2026-11-26', false), urge('u2', '2026-11-24', true, '已办')],
      can_urge: false,
      can_instruct: false,
    }
    const both = compose(task, urges, talk)
    expect([both.can, both.next_duty?.action]).toEqual([['report'], 'report'])
  })
  it('stay known when the task alone is answered anew', () => {
    const said = { ...talk, can_rate: true, can_comment: true }
    const known = compose(task, { items: [urge('u1', '2026-11-26', true)], can_urge: true, can_instruct: true }, said)
    expect(recompose({ ...task, can: [] }, known).can).toEqual(['urge', 'instruct', 'reply', 'rate', 'comment'])
  })
})

describe('what to do', () => {
  const duty = (id: string, kind: Duty['kind'], due: string | null, overdue = false) =>
    ({ id, kind, task: row(), text: '', due_day: due, overdue, since: '2026-11-01' }) as Duty

  it('groups by kind with the overdue first', () => {
    const groups = groupDuties([
      duty('a', 'report', '2026-11-25'),
      duty('b', 'report', '2026-11-20', true),
      duty('c', 'reply', null),
    ])
    expect(groups.map((group) => [group.kind, group.items.map((one) => one.id), group.overdue])).toEqual([
      ['reply', ['c'], 0],
      ['report', ['b', 'a'], 1],
    ])
  })
  it('puts the soonest on the home page', () => {
    expect(
      mostUrgent(
        [duty('a', 'verify', null), duty('b', 'sign', '2026-11-24'), duty('c', 'report', '2026-11-30', true)],
        2,
      ).map((one) => one.id),
    ).toEqual(['c', 'b'])
  })
  it('gives one button to the duty and never offers it twice', () => {
    const can: Action[] = ['report', 'urge', 'edit', 'attach', 'request_close', 'assign', 'decompose']
    const buttons = buttonsOf(detail({ can, next_duty: { action: 'report', text: '', due_day: null, target: null } }))
    expect(buttons.first).toBe('report')
    expect([...buttons.near, ...buttons.rest].sort()).toEqual(can.filter((one) => one !== 'report').sort())
    expect(buttons.near).toHaveLength(3)
  })
  it('offers no duty that may not be done', () => {
    expect(
      buttonsOf(detail({ next_duty: { action: 'verify', text: '', due_day: null, target: null } })).first,
    ).toBeNull()
  })
  it('colours a due day by what it means today', () => {
    expect(dueTone(row({ overdue_days: 2 }), '2026-12-03')).toBe('past')
    expect(dueTone(row(), '2026-12-01')).toBe('today')
    expect(dueTone(row({ remain_days: 3 }), '2026-11-26')).toBe('soon')
    expect(dueTone(row({ overdue_days: 4, lamp: { lamp: 'blue', reasons: [], was_red: false } }), '2026-12-03')).toBe(
      'far',
    )
    expect(dueTone(row({ due_day: null }), '2026-12-03')).toBe('none')
  })
})

describe('the form', () => {
  it('needs little for a draft and everything for handing out', () => {
    expect(faults({ ...emptyForm(), title: '  ' }, false)).toEqual(['title'])
    expect(faults({ ...emptyForm(), title: '做成一件事' }, false)).toEqual([])
    expect(faults({ ...emptyForm(), title: '做成一件事' }, true)).toEqual(['lead', 'due_text', 'not_secret'])
  })
  it('sends days as days and words as words', () => {
    expect(dueInput(' 月底前 ')).toEqual({ text: '月底前' })
    expect(dueInput('2026-12-31')).toEqual({ day: '2026-12-31' })
    expect(dueInput(' ')).toBeNull()
  })
  it('does not make the lead its own co-unit', () => {
    expect(inputOf({ ...emptyForm(), title: 'x', lead: 'u1', co: ['u1', 'u2'] }).parties).toEqual([
      { unit_id: 'u1', person_id: null, role: 'lead' },
      { unit_id: 'u2', role: 'co' },
    ])
  })
  it('remembers only columns there are', () => {
    expect(keepKnown(['due', 'gone', 'lamp'])).toEqual(['lamp', 'due'])
    expect(keepKnown('nonsense')).toContain('progress')
  })
})

describe('decomposition', () => {
  it('sends no blank rows, and of dispatched ones the weight alone', () => {
    const rows = [
      { ...blankRow(), title: '一', lead: 'u1', weight: 60 },
      blankRow(),
      { ...blankRow(), id: 'c', title: '已交办', weight: 40, locked: row() },
    ]
    expect(childrenInput(rows)).toEqual([
      { title: '一', weight: 60, parties: [{ unit_id: 'u1', role: 'lead' }] },
      { id: 't', weight: 40 },
    ])
  })
  it('names the handler in the lead party', () => {
    const [sent] = childrenInput([{ ...blankRow(), title: '一', lead: 'u1', person: 'p1', weight: 100 }])
    expect(sent?.parties).toEqual([{ unit_id: 'u1', role: 'lead', person_id: 'p1' }])
  })
  it('inherits what was left open from the task above', () => {
    const parent = row({ lead: { unit: { id: 'u9', name: '规建局', short_name: '规建局' }, person: null } })
    expect(childrenInput([{ ...blankRow(), title: '一', co: ['u9', 'u2'], weight: 100 }], parent)).toEqual([
      {
        title: '一',
        weight: 100,
        parties: [
          { unit_id: 'u9', role: 'lead' },
          { unit_id: 'u2', role: 'co' },
        ],
        due: { day: '2026-12-01' },
      },
    ])
  })
  it('finds the cell of an error again', () => {
    const rows = [
      { ...blankRow(), id: 'c', title: '已交办', locked: row() },
      blankRow(),
      { ...blankRow(), title: '一' },
      { ...blankRow(), title: '二' },
    ]
    expect(pageIndex(rows, 0)).toBe(0)
    expect(pageIndex(rows, 1)).toBe(2)
  })
  it('goes on distributing what was never typed', () => {
    const child = (id: string, weight: number, state: TaskRow['state'] = 'draft') =>
      row({ id, title: id, weight, state, lead: null })
    expect(rowsOf(detail({ children: [child('a', 50), child('b', 50)] })).map((one) => one.pinned)).toEqual([
      false,
      false,
    ])
    expect(rowsOf(detail({ children: [child('a', 70), child('b', 30)] })).map((one) => one.pinned)).toEqual([
      true,
      true,
    ])
    expect(rowsOf(detail({ children: [child('a', 70, 'active'), child('b', 30)] })).map((one) => one.pinned)).toEqual([
      true,
      false,
    ])
  })
})
