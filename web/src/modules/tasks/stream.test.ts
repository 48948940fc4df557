import { describe, expect, it } from 'vitest'
import type { Comment, TaskDetail, TimelineItem } from '@/api/types'
import { decision, mergeStream, ofView } from './timeline'

const head = { id: 'p1', name: '唐静' }
const leader = { id: 'p3', name: '刘倩' }
const centre = { id: 'p2', name: '周晖' }
const entry = (seq: number, at: string, action: string, actor = centre): TimelineItem => ({
  seq,
  at,
  actor,
  action,
  sentence: `${action}的话`,
  task_id: null,
  task_title: null,
  hash: 'h',
})
const at = (minute: number) => `2026-11-18T10:${String(minute).padStart(2, '0')}:05+08:00`
const detail = (part: object) =>
  ({ reports: [], urges: [], requests: [], verifications: [], talk: { notes: [] }, ...part }) as unknown as TaskDetail
const told = (part: object, ledger: TimelineItem[]) =>
  mergeStream(detail(part), ledger).map((item) => [item.kind, item.ledger?.seq ?? null])

describe('a thing that happened is said once', () => {
  it('a report with its review', () => {
    const report = { id: 'r', by: head, at: at(1), reviewed_by: centre, reviewed_at: at(2) }
    expect(
      told({ reports: [report] }, [entry(2, at(2), 'report_accepted'), entry(1, at(1), 'reported', head)]),
    ).toEqual([['report', 1]])
  })
  it('an instruction that somebody wrote down, asked and found good for the leader', () => {
    const instruction = { said_on: '2026-11-18', entered_by: centre, document: null, clause: null }
    const urge = {
      ...{ id: 'u', at: at(1), by: leader, instruction, replied_at: at(2), replied_by: head, accepted_at: at(3) },
      turns: [],
    }
    const ledger = (who: typeof centre) => [
      entry(3, at(3), 'urge_accepted', who),
      entry(2, at(2), 'urge_replied', head),
      entry(1, at(1), 'instructed'),
    ]
    expect(told({ urges: [urge] }, ledger(centre))).toEqual([['urge', 1]])
    expect(told({ urges: [urge] }, ledger(leader))).toEqual([['urge', 1]])
  })
  it('a request with its decision, also when a task was sent out by the same hand in the same second', () => {
    const request = { id: 'q', kind: 'close', by: head, at: at(1), decided_by: centre, decided_at: at(2) }
    const ledger = [
      entry(3, at(2), 'dispatched'),
      entry(2, at(2), 'close_refused'),
      entry(1, at(1), 'close_requested', head),
    ]
    expect(told({ requests: [request] }, ledger)).toEqual([
      ['event', 3],
      ['request', 1],
    ])
  })
  it('a check, whether it passed or not', () => {
    for (const action of ['settled', 'reopened'])
      expect(told({ verifications: [{ id: 'v', by: centre, at: at(5) }] }, [entry(9, at(5), action)])).toEqual([
        ['verification', 9],
      ])
  })
  it('but what began or ended by itself is a line of its own', () => {
    expect(told({}, [entry(9, at(5), 'settled')])).toEqual([['event', 9]])
  })
  it('a note with its correction, a comment with its edit and its end', () => {
    const note = { id: 'n', by: head, at: at(1), corrected_at: at(2) }
    const comment = { id: 'c', by: head, at: at(3), edited_at: at(4), deleted_at: at(5), deleted_by: centre }
    const ledger = [
      entry(5, at(5), 'comment_deleted'),
      entry(4, at(4), 'comment_edited', head),
      entry(3, at(3), 'commented', head),
      entry(2, at(2), 'rating_corrected', head),
      entry(1, at(1), 'rated', head),
    ]
    const items = mergeStream(detail({ talk: { notes: [note] } }), ledger, [comment as unknown as Comment])
    expect(items.map((item) => [item.kind, item.ledger?.seq])).toEqual([
      ['comment', 3],
      ['note', 1],
    ])
    expect(ofView(items, 'talk')).toHaveLength(2)
    expect(ofView(items, 'event')).toHaveLength(0)
  })
  it('a ruling in the words that name the unit', () => {
    const request = { id: 'q', kind: 'return', by: head, at: at(1), decided_by: centre, decided_at: at(2) }
    const [item] = mergeStream(detail({ requests: [{ ...request, decision_text: '同意' }] }), [
      entry(2, at(2), 'ruled'),
    ])
    expect(item?.kind === 'request' && decision(item)).toBe('ruled的话')
  })
})
