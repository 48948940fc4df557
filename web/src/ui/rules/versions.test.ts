import { describe, expect, it } from 'vitest'
import { oneMore, spansFault } from './spans'
import { HISTORY, historyOf, nextOf, type Version, type VersionsView } from './versions'

interface Numbers {
  days: number
  share: number
}
const DEFAULTS: Numbers = { days: 10, share: 95 }
const version = (n: number, from_day: string, set: Partial<Numbers>): Version<Numbers> => ({
  version: n,
  from_day,
  rules: { ...DEFAULTS, ...set },
  reason: '试行',
  by: null,
  at: '2026-11-20T09:00:00+08:00',
})
const view = (in_force: number, ...history: Version<Numbers>[]): VersionsView<Numbers> => ({
  version: Math.max(0, ...history.map((one) => one.version)),
  in_force,
  rules: history.find((one) => one.version === in_force)?.rules ?? DEFAULTS,
  defaults: DEFAULTS,
  history,
})
const TODAY = '2026-11-25'
const differ = (from: Numbers, to: Numbers) =>
  (['days', 'share'] as const).filter((key) => from[key] !== to[key]).map((key) => `${key} ${from[key]}→${to[key]}`)
const rows = (is: VersionsView<Numbers>) => historyOf(is, TODAY, differ)

describe('the history of rules', () => {
  const first = version(1, '2026-11-01', { days: 12 })
  const ahead = version(2, '2026-12-01', { days: 12, share: 90 })
  const urgent = version(3, '2026-11-25', { days: 8 })
  it('says what each changed against the one it took over from, not the one written before', () => {
    const said = rows(view(3, urgent, ahead, first)).map((row) => [row.version.version, row.state, row.changes])
    expect(said).toEqual([
      [3, 'now', ['days 12→8']],
      [2, 'ahead', ['share 95→90']],
      [1, 'past', ['days 10→12']],
    ])
  })
  it('knows what comes next', () => {
    expect(nextOf(rows(view(3, urgent, ahead, first)))?.version).toBe(2)
    expect(nextOf(rows(view(3, urgent, first)))).toBeUndefined()
    const sooner = version(4, '2026-11-27', {})
    expect(nextOf(rows(view(3, sooner, urgent, ahead, first)))?.version).toBe(4)
    // Written for the same day, the later one holds.
    const again = version(4, '2026-12-01', { days: 8 })
    expect(rows(view(3, again, urgent, ahead, first)).map((row) => row.state)).toEqual(['ahead', 'now', 'past', 'past'])
  })
  it('claims nothing about what it does not show', () => {
    const many = Array.from({ length: HISTORY }, (_, n) => version(60 - n, '2026-11-01', { days: 60 - n }))
    const shown = rows(view(60, ...many))
    expect([shown.at(-1)?.changes, shown[0]?.changes?.length]).toEqual([null, 1])
  })
})

describe('times of a day', () => {
  const span = (from: string, to: string) => ({ from, to })
  it('are complete, run forward and do not overlap', () => {
    expect(spansFault([span('09:00', '11:30'), span('11:30', '17:30')])).toBeNull()
    expect(spansFault([])).toBe('empty')
    expect(spansFault([span('09:00', '')])).toBe('empty')
    expect(spansFault([span('21:00', '08:00')])).toBe('backwards')
    expect(spansFault([span('09:00', '12:00'), span('11:00', '13:00')])).toBe('order')
    expect(spansFault([span('14:00', '15:00'), span('09:00', '12:00')])).toBe('order')
  })
  it('get another one behind the last, as far as the day goes', () => {
    expect(oneMore([span('09:00', '11:30')])).toEqual([span('09:00', '11:30'), span('11:30', '13:30')])
    expect(oneMore([span('08:00', '22:15')]).at(-1)).toEqual(span('22:15', '23:59'))
    for (const spans of [[], [span('08:00', '21:00')]]) expect(spansFault(oneMore(spans))).toBeNull()
  })
})
