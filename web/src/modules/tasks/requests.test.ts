import { describe, expect, it } from 'vitest'
import type { Action, Request, TaskAnswer, TaskDetail, TaskTalk, TimelineItem, Verification } from '@/api/types'
import { compose } from './compose'
import { buttonsOf, dueTone, dutyKey, dutyTarget, groupDuties } from './duties'
import {
  appealable,
  appealed,
  askable,
  askInput,
  chainOf,
  emptyAsk,
  missing,
  requestState,
  standstill,
  type AskDraft,
} from './requests'
import { decision, mergeStream } from './timeline'

const request = (part: Partial<Request>) =>
  ({
    id: 'q',
    kind: 'extend',
    state: 'open',
    may_decide: false,
    may_withdraw: false,
    may_recheck: false,
    ...part,
  }) as Request
const check = (part: Partial<Verification>) =>
  ({ id: 'v', result: 'fail', may_recheck: false, ...part }) as Verification
const full: AskDraft = {
  reason: ' 等待批复 ',
  reason_class: 'waiting',
  day: '2026-12-15',
  unit_id: 'u1',
  subject_id: '',
  basis: ' 滨办〔2026〕3号 ',
  files: [{ id: 'f1' }],
}
const of = { version: 7, day: '2026-12-15', subject: 's1' }

describe('the menu of requests', () => {
  it('has what may be asked for, in its order; a second look stands beside the decision', () => {
    const can: Action[] = ['recheck', 'terminate', 'extend', 'report']
    expect(askable({ can })).toEqual(['extend', 'terminate'])
  })
  it('is not repeated among the buttons of the duty', () => {
    const can: Action[] = ['decide', 'extend', 'transfer', 'withdraw', 'attach', 'report']
    const next_duty = { action: 'decide' as const, text: '', due_day: null, target: 'q' }
    expect(buttonsOf({ can, next_duty } as TaskDetail)).toEqual({
      first: 'decide',
      near: ['report'],
      rest: ['withdraw', 'attach'],
    })
  })
  it('offers to take back what one has asked for', () => {
    const answer = (requests: Request[]) =>
      compose(
        { can: [], requests, reports: [], waits: [], risks: [], parties: [], next_duty: null } as unknown as TaskAnswer,
        { items: [], can_urge: false, can_instruct: false },
        {
          can_rate: false,
          can_comment: false,
        } as TaskTalk,
      ).can
    expect(answer([request({ may_withdraw: true })])).toEqual(['withdraw'])
    expect(answer([request({})])).toEqual([])
  })
})

describe('what is asked', () => {
  it('needs just the fields of its kind', () => {
    const nothing = emptyAsk()
    expect(missing('extend', nothing)).toEqual(['reason_class', 'new_day', 'reason'])
    expect(missing('transfer', nothing)).toEqual(['unit_id', 'reason'])
    expect(missing('suspend', nothing)).toEqual(['basis', 'reason'])
    for (const kind of ['resume', 'terminate', 'amend', 'recheck'] as const)
      expect(missing(kind, nothing)).toEqual(['reason'])
    expect(missing('extend', full)).toEqual([])
  })
  it('sends just the fields of its kind, too', () => {
    const same = { version: 7, reason: '等待批复', file_ids: ['f1'] }
    expect(askInput('extend', full, of)).toEqual({
      ...same,
      kind: 'extend',
      reason_class: 'waiting',
      new_day: '2026-12-15',
    })
    expect(askInput('transfer', full, of)).toEqual({ ...same, kind: 'transfer', unit_id: 'u1' })
    expect(askInput('suspend', full, { ...of, day: null })).toEqual({
      ...same,
      kind: 'suspend',
      basis: '滨办〔2026〕3号',
    })
    expect(askInput('terminate', full, of)).toEqual({ ...same, kind: 'terminate' })
    expect(askInput('recheck', { ...full, files: [] }, of)).toEqual({
      version: 7,
      kind: 'recheck',
      reason: '等待批复',
      subject_id: 's1',
    })
  })
})

describe('who has to agree', () => {
  const rules = {
    chained: 'terms',
    chain_normal: 'issuer',
    chain_important: 'issuer_head',
    chain_major: 'issuer_leader',
  } as const
  it('follows the rules where a term moves or a task stops, and is one otherwise', () => {
    expect(chainOf('extend', 'important', rules)).toBe('issuer_head')
    expect(chainOf('suspend', 'major', rules)).toBe('issuer_leader')
    expect(chainOf('terminate', 'normal', rules)).toBe('issuer')
    for (const kind of ['transfer', 'resume', 'amend', 'recheck'] as const)
      expect(chainOf(kind, 'major', rules)).toBe('issuer')
  })
  it('reaches as many kinds as the rules say', () => {
    const contents = { ...rules, chained: 'contents' } as const
    expect(chainOf('transfer', 'major', contents)).toBe('issuer_leader')
    expect(chainOf('close', 'major', contents)).toBe('issuer')
    const all = { ...rules, chained: 'all' } as const
    for (const kind of ['close', 'return'] as const) expect(chainOf(kind, 'important', all)).toBe('issuer_head')
    expect(chainOf('recheck', 'major', all)).toBe('issuer')
  })
  it('is said of a request that has one of two', () => {
    const first = { id: 'p', name: '周运' }
    expect(requestState({ state: 'open', agreed_by: null })).toBe('words.requestState.open')
    expect(requestState({ state: 'open', agreed_by: first })).toBe('words.requestState.agreed')
    expect(requestState({ state: 'refused', agreed_by: first })).toBe('words.requestState.refused')
  })
})

describe('a second look', () => {
  const requests = [
    request({ id: 'a', state: 'refused', may_recheck: true, decided_at: '2026-11-20T09:00:00+08:00' }),
    request({ id: 'b', state: 'refused' }),
  ]
  const verifications = [check({ may_recheck: true, at: '2026-11-22T09:00:00+08:00' })]
  it('may be asked for at what was decided against the doer, the latest first', () => {
    expect(appealable({ requests, verifications }).map((one) => one.id)).toEqual(['v', 'a'])
  })
  it('knows what it is about, also when it may not be asked for again', () => {
    expect(appealed({ requests, verifications }, 'b')?.kind).toBe('request')
    expect(appealed({ requests, verifications }, 'v')?.kind).toBe('verification')
    expect(appealed({ requests, verifications }, null)).toBeNull()
  })
})

describe('a duty to decide', () => {
  const task = { id: 't1' } as TaskDetail['task']
  const duty = (id: string, since: string) =>
    ({ id, kind: 'decide', task, since, overdue: false, due_day: null, text: '' }) as unknown as Parameters<
      typeof dutyKey
    >[0] &
      Parameters<typeof dutyTarget>[0]
  it('is about its request, where the server names it', () => {
    expect(dutyTarget(duty('decide:q7', 'x'))).toBe('q7')
    expect(dutyTarget(duty('decide:t1', 'x'))).toBeUndefined()
  })
  it('is no other on the same task', () => {
    expect(dutyKey(duty('decide:t1', '1'))).not.toBe(dutyKey(duty('decide:t1', '2')))
  })
  it('has a place in the list', () => {
    const items = [duty('decide:q7', 'x')] as unknown as Parameters<typeof groupDuties>[0]
    expect(groupDuties(items).map((group) => group.kind)).toEqual(['decide'])
  })
})

const centre = { id: 'p2', name: '周晖' }
const head = { id: 'p1', name: '唐静' }
const entry = (seq: number, at: string, action: string, actor = centre) =>
  ({ seq, at, actor, action, sentence: `${action}的话` }) as TimelineItem
const at = (minute: number) => `2026-11-18T10:${String(minute).padStart(2, '0')}:05+08:00`

describe('a request in the time line', () => {
  const told = (requests: Request[], ledger: TimelineItem[]) =>
    mergeStream(
      { reports: [], urges: [], requests, verifications: [], talk: { notes: [] } } as unknown as TaskDetail,
      ledger,
    )
  it('is one card, whatever became of it', () => {
    for (const action of [
      'extended',
      'refused',
      'withdrawn',
      'transferred',
      'suspended',
      'resumed',
      'terminated',
      'granted',
    ]) {
      const asked = request({ by: head, at: at(1), decided_by: centre, decided_at: at(2) })
      expect(told([asked], [entry(2, at(2), action), entry(1, at(1), 'asked', head)]).map((item) => item.kind)).toEqual(
        ['request'],
      )
    }
  })
  it('has the first of two approvals with it', () => {
    const asked = request({
      by: head,
      at: at(1),
      agreed_by: centre,
      agreed_at: at(2),
      decided_by: null,
      decided_at: null,
    })
    expect(told([asked], [entry(2, at(2), 'agreed'), entry(1, at(1), 'asked', head)])).toHaveLength(1)
  })
  it('says the day that was granted, and the decider’s own words where it was refused', () => {
    const asked = { by: head, at: at(1), decided_by: centre, decided_at: at(2), decision_text: '再等等' }
    const said = (state: Request['state'], action: string) => {
      const [item] = told([request({ ...asked, state })], [entry(2, at(2), action)])
      return item?.kind === 'request' ? decision(item) : null
    }
    expect(said('granted', 'extended')).toBe('extended的话')
    expect(said('refused', 'refused')).toBe('再等等')
  })
  it('leaves what moved by itself as lines', () => {
    const ledger = [entry(2, at(3), 'settled_unchecked'), entry(1, at(2), 'due_moved')]
    expect(told([], ledger).map((item) => item.kind)).toEqual(['event', 'event'])
  })
})

describe('a task that stands still', () => {
  const suspended = (requests: Request[], ancestors: object[] = []) =>
    ({ task: { state: 'suspended' }, requests, ancestors }) as unknown as TaskDetail
  const granted = request({ kind: 'suspend', state: 'granted', decided_at: at(2), basis: '滨办〔2026〕3号' })
  it('names its own request', () => {
    expect(standstill(suspended([granted]), [entry(2, at(2), 'suspended')])).toEqual({
      state: 'suspended',
      since: at(2),
      above: false,
      request: granted,
    })
    // The ledger is long and its first page does not reach back as far.
    expect(standstill(suspended([granted]), [])?.request).toBe(granted)
  })
  it('stopped with the task above it, though it was stopped by itself before', () => {
    const still = standstill(suspended([granted], [{ id: 'above' }]), [entry(9, at(30), 'suspended')])
    expect(still).toEqual({ state: 'suspended', since: at(30), above: true, request: null })
  })
  it('has no clock that could warn', () => {
    const row = {
      state: 'suspended',
      due_day: '2026-11-18',
      overdue_days: 0,
      remain_days: null,
      lamp: { lamp: 'grey' },
    }
    expect(dueTone(row as unknown as Parameters<typeof dueTone>[0], '2026-11-18')).toBe('far')
  })
  it('is no other', () => {
    expect(standstill({ ...suspended([granted]), task: { state: 'active' } as TaskDetail['task'] }, [])).toBeNull()
  })
})
