import { describe, expect, it } from 'vitest'
import type { SpecialDay } from '@/api/types'
import { addWorkdays, workdaysBetween } from './workdays'

const special = (day: string, kind: SpecialDay['kind']): [string, SpecialDay] => [
  day,
  { day, kind, name: '国庆节', local: false },
]
/** 2026-10-01 … 07 off, 2026-09-20 (Sunday) and 2026-10-10 (Saturday) worked. */
const NATIONAL = new Map([
  special('2026-09-20', 'workday'),
  ...['01', '02', '03', '04', '05', '06', '07'].map((d) => special(`2026-10-${d}`, 'holiday')),
  special('2026-10-10', 'workday'),
])

describe('working days', () => {
  it('are those after the first day up to and including the last', () => {
    expect(workdaysBetween('2026-11-27', '2026-11-27', NATIONAL)).toBe(0)
    expect(workdaysBetween('2026-11-27', '2026-11-30', NATIONAL)).toBe(1)
    // 30 Sept, then 8, 9 and the Saturday worked in exchange.
    expect(workdaysBetween('2026-09-29', '2026-10-11', NATIONAL)).toBe(4)
    expect(workdaysBetween('2026-10-11', '2026-09-29', NATIONAL)).toBe(-4)
  })
  it('are added as they are counted', () => {
    for (const n of [1, 3, 5, 10, 60]) {
      const day = addWorkdays('2026-09-18', n, NATIONAL)
      expect(workdaysBetween('2026-09-18', day, NATIONAL)).toBe(n)
    }
    expect(addWorkdays('2026-09-30', 3, NATIONAL)).toBe('2026-10-10')
    expect(addWorkdays('2026-09-30', 0, NATIONAL)).toBe('2026-09-30')
  })
})
