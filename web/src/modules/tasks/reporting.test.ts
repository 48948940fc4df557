import { describe, expect, it } from 'vitest'
import type { Party, Report, TaskRow } from '@/api/types'
import { reportingOf, reportingParty } from './reporting'

const party = (id: string, part: Partial<Party> = {}) =>
  ({ id, role: 'co', state: 'signed', mine: true, person: null, ...part }) as Party
const me = { id: 'me', name: '我' } as Party['person']
const other = { id: 'other', name: '她' } as Party['person']
const report = (party_id: string, claimed_progress: number, state: Report['state'] = 'accepted') =>
  ({ party_id, claimed_progress, state }) as Report
const task = (part: Partial<TaskRow> = {}) => ({ claimed_progress: 60, is_summed: false, ...part }) as TaskRow

describe('the part a report is booked on', () => {
  const picked = (...parties: Party[]) => reportingParty({ parties }, 'me')?.id
  it('is mine, works and is signed for', () => {
    expect(picked(party('theirs', { mine: false }), party('mine'))).toBe('mine')
    expect(picked(party('boss', { role: 'charge_leader' }), party('new', { state: 'unsigned' }))).toBeUndefined()
    expect(picked(party('done', { state: 'done' }))).toBeUndefined()
  })
  it('is the one named after me before that of my unit, though that one leads', () => {
    expect(picked(party('unit', { role: 'lead' }), party('named', { person: me }))).toBe('named')
    expect(picked(party('a', { role: 'lead', person: other }), party('b', { role: 'co_lead', person: me }))).toBe('b')
  })
  it('is otherwise the one that leads, and of several the first', () => {
    expect(picked(party('co'), party('lead', { role: 'co_lead' }))).toBe('lead')
    expect(picked(party('one'), party('two'))).toBe('one')
    expect(picked(party('one', { person: me }), party('two', { person: me, role: 'lead' }))).toBe('two')
  })
})

describe('where its progress starts', () => {
  const of = (parties: Party[], reports: Report[] = [], row = task()) =>
    reportingOf({ parties, reports, task: row }, 'me')
  it('is what the task was last said to have reached, where the part leads', () => {
    expect(of([party('a', { role: 'co_lead' })], [report('a', 20)])).toEqual({ leads: true, summed: false, before: 60 })
  })
  it('is the last claim of a part that does not lead, and nothing before its first', () => {
    const parties = [party('lead', { role: 'lead', mine: false }), party('co')]
    expect(of(parties, [report('lead', 60)])).toEqual({ leads: false, summed: false, before: 0 })
    expect(of(parties, [report('lead', 60), report('co', 35, 'submitted'), report('co', 10)]).before).toBe(35)
    expect(of(parties, [report('co', 80, 'sent_back'), report('co', 10)]).before).toBe(10)
  })
  it('follows from the tasks below for those that lead, and for nobody else', () => {
    const row = task({ is_summed: true })
    expect(of([party('a', { role: 'lead' })], [], row).summed).toBe(true)
    expect(of([party('a')], [], row).summed).toBe(false)
  })
})
