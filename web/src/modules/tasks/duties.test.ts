import { describe, expect, it } from 'vitest'
import type { Duty, Party, TaskDetail, TaskRow } from '@/api/types'
import { widthOf } from './columns'
import {
  aimOf,
  dutyTarget,
  emptyTodo,
  grantedRequest,
  groupDuties,
  hasRecord,
  openReport,
  openUrge,
  signs,
  stepWord,
  stoppedBy,
} from './duties'
import { lampWord } from './lamp'

const urge = (id: string, owed_day: string, reply: string | null = null, may_reply = true) =>
  ({ id, owed_day: reply ? null : owed_day, may_reply: may_reply && !reply }) as TaskDetail['urges'][number]
const detail = (part: object) => ({ reports: [], requests: [], urges: [], ...part }) as unknown as TaskDetail

describe('what a duty is about', () => {
  it('is the urge it names, so that the answer goes to whoever asked', () => {
    const task = { id: 't1' }
    expect(dutyTarget({ id: 'reply:u7', kind: 'reply', task } as Duty)).toBe('u7')
    expect(dutyTarget({ id: 'review:t1', kind: 'review', task } as Duty)).toBeUndefined()
  })
  it('is the urge named, otherwise the one due first that one may answer', () => {
    const urges = [
      urge('late', '2026-12-09'),
      urge('soon', '2026-12-02'),
      urge('done', '2026-12-01', '已办'),
      urge('theirs', '2026-12-01', null, false),
    ]
    expect(openUrge({ urges })?.id).toBe('soon')
    expect(openUrge({ urges }, 'late')?.id).toBe('late')
    expect(openUrge({ urges }, 'gone')?.id).toBe('soon')
  })
  it('is the report named, otherwise the one that waits', () => {
    const reports = [
      { id: 'a', state: 'accepted' },
      { id: 'b', state: 'submitted' },
    ]
    expect(openReport(detail({ reports }))?.id).toBe('b')
    expect(openReport(detail({ reports }), 'a')?.id).toBe('a')
  })
  it('goes along with the button of the moment and with no other', () => {
    const task = detail({ next_duty: { action: 'reply', text: '', due_day: null, target: 'u1' } })
    expect(aimOf(task, 'reply')).toBe('u1')
    expect(aimOf(task, 'report')).toBeUndefined()
    expect(
      aimOf(detail({ next_duty: { action: 'sign', text: '', due_day: null, target: null } }), 'sign'),
    ).toBeUndefined()
  })
  it('is the last request that was granted when a closing is checked', () => {
    const request = (id: string, at: string, state: string, kind = 'close') => ({ id, at, state, kind })
    const requests = [
      request('1', '2026-11-01', 'granted'),
      request('2', '2026-11-03', 'granted'),
      request('3', '2026-11-04', 'refused'),
      request('4', '2026-11-05', 'granted', 'return'),
    ]
    expect(grantedRequest(detail({ requests }))?.id).toBe('2')
  })
})

describe('what waits', () => {
  const duty = (id: string, kind: string, urgency: string, due_day: string, overdue = false) =>
    ({ id, kind, due_day, overdue, since: '2026-11-01', task: { id, urgency } }) as Duty
  const order = (duties: Duty[]) => groupDuties(duties).map(({ kind, items }) => [kind, items.map(({ id }) => id)])
  it('begins, where it is to be signed for, with what is urgent, and otherwise with what is late', () => {
    const rows = (kind: string) => [
      duty('late', kind, 'routine', '2026-11-02', true),
      duty('soon', kind, 'urgent', '2026-11-10'),
      duty('hot', kind, 'critical', '2026-11-30'),
    ]
    expect(order(rows('sign'))).toEqual([['sign', ['hot', 'soon', 'late']]])
    expect(order(rows('report'))).toEqual([['report', ['late', 'soon', 'hot']]])
  })
  it('is not said to be nothing where only a part was looked at', () => {
    expect([emptyTodo(false).title, emptyTodo(true).title]).toEqual(['todo.none', 'todo.noneSeen'])
  })
  it('on the same day begins with what is urgent', () => {
    const rows = [duty('a', 'report', 'routine', '2026-11-10'), duty('b', 'report', 'critical', '2026-11-10')]
    expect(order(rows)).toEqual([['report', ['b', 'a']]])
  })
})

describe('words beside a task', () => {
  it('call only that red overdue which is', () => {
    expect([lampWord('red', 3), lampWord('red', 0), lampWord('red'), lampWord('orange')]).toEqual([
      'words.lamp.red',
      'words.lampColour.red',
      'words.lampColour.red',
      'words.lamp.orange',
    ])
  })
  it('call only that grey not begun which is', () => {
    expect([lampWord('grey', 0, 'dispatched'), lampWord('grey', 0, 'suspended'), lampWord('grey')]).toEqual([
      'words.lamp.grey',
      'words.state.suspended',
      'words.lamp.grey',
    ])
  })
  it('ask nobody to sign for what has not gone out', () => {
    const party = { role: 'lead' } as Party
    expect(signs({ dispatched_at: null } as TaskRow, party)).toBe(false)
    expect(signs({ dispatched_at: '2026-11-01' } as TaskRow, party)).toBe(true)
    expect(signs({ dispatched_at: '2026-11-01' } as TaskRow, { role: 'charge_leader' } as Party)).toBe(false)
  })
  it('offer the record of what has ended, and none of what never went out', () => {
    const row = (state: TaskRow['state'], dispatched_at: string | null = '2026-11-01') =>
      hasRecord({ state, dispatched_at })
    expect([row('settled'), row('terminated'), row('closed')]).toEqual([true, true, false])
    expect(row('terminated', null)).toBe(false)
  })
  it('call a milestone that was reported reported, though its day has passed', () => {
    const step = { done_at: null, reported: true, overdue: true } as TaskDetail['milestones'][number]
    expect(stepWord(step)).toBe('tasks.plan.reported')
    expect(stepWord({ ...step, done_at: '2026-11-01' })).toBe('common.done')
  })
  it('have room in both languages, so that the title keeps its own', () => {
    const [zh, en] = [widthOf(['due', 'state'], false), widthOf(['due', 'state'], true)]
    expect(zh).toEqual({ '--wide': '284px', '--narrow': '220px' })
    expect(parseInt(en['--wide'])).toBeGreaterThan(parseInt(zh['--wide']))
  })
})

describe('a clock that stands', () => {
  it('is said where a request stopped it, and nothing is said of one that runs', () => {
    const by = (stopped: TaskRow['stopped']) => stoppedBy({ stopped } as TaskRow)
    expect([by('close'), by('extend'), by('return')]).toEqual(['close', 'extend', 'return'])
    expect([by(null)]).toEqual([undefined])
  })
})
