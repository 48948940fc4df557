import { describe, expect, it } from 'vitest'
import type { Urge } from '@/api/types'
import { answererOf, stateOf, turnsOf, unanswered, withHeld } from './model'

describe('urges', () => {
  it('says once who waits for an answer, the latest first', () => {
    const urge = (name: string, at: string, owed_day: string | null = '2026-11-30') => ({
      by: { id: name, name },
      at,
      owed_day,
    })
    expect(
      unanswered([
        urge('王主任', '2026-11-24T09:00:00+08:00'),
        urge('周运', '2026-11-25T09:00:00+08:00'),
        urge('周运', '2026-11-25T09:00:00+08:00'),
        urge('王主任', '2026-11-20T09:00:00+08:00', null),
      ]),
    ).toEqual([
      { name: '周运', day: '2026-11-25' },
      { name: '王主任', day: '2026-11-24' },
    ])
    expect(unanswered([])).toEqual([])
  })
  it('are threads: the first answer, then what was asked and answered after it', () => {
    const turn = { id: 't', kind: 'ask', by: null, at: '2', text: '哪天', files: [] }
    const urge = { reply: '尽快', replied_at: '1', replied_by: null, files: [], turns: [turn] } as unknown as Urge
    expect(turnsOf(urge).map((one) => [one.kind, one.text])).toEqual([
      ['reply', '尽快'],
      ['ask', '哪天'],
    ])
    expect(turnsOf({ ...urge, reply: null, replied_at: null, turns: [] })).toEqual([])
  })
  it('wait, are late, answered or accepted', () => {
    const state = (owed_day: string | null, overdue: boolean, accepted_at: string | null = null) =>
      stateOf({ owed_day, overdue, accepted_at })
    expect([state('d', false), state('d', true), state(null, false), state(null, false, 'x')]).toEqual([
      'wait',
      'late',
      'given',
      'accepted',
    ])
  })
})

describe('a list in which somebody writes', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((id) => ({ id })) as [{ id: string }, { id: string }, { id: string }]
  it('keeps what is written in, where it stood, and nothing else', () => {
    expect(withHeld([c], [a, b, c], new Set(['b']))).toEqual([c, b])
    expect(withHeld([a, c], [a, b, c], new Set(['b']))).toEqual([a, b, c])
    expect(withHeld([a, c], [a, b, c], new Set())).toEqual([a, c])
  })
  it('shows what is there as it is now', () => {
    const now = { id: 'b', text: '新' }
    expect(withHeld([a, now], [a, { id: 'b', text: '旧' }] as { id: string }[], new Set(['b']))).toEqual([a, now])
  })
})

describe('who answered on the telephone', () => {
  const [handler, other] = [
    { id: 'h', name: '林舟' },
    { id: 'o', name: '张三' },
  ]
  it('is whoever was chosen, also before it is known who may have', () => {
    expect(answererOf('o', [handler], false)).toBe('o')
    expect(answererOf('o', [], false)).toBe('o')
    expect(answererOf('o', [handler, other], true)).toBe('o')
  })
  it('is the first one would call where nobody was chosen, or somebody who is not there any more', () => {
    expect(answererOf('', [handler], false)).toBe('h')
    expect(answererOf('gone', [handler, other], true)).toBe('h')
  })
  it('is nobody where there is nobody to choose', () => {
    expect([answererOf('', [], false), answererOf('gone', [], true)]).toEqual(['', ''])
  })
})
