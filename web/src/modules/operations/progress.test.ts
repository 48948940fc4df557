import { describe, expect, it } from 'vitest'
import type { ProgressRow } from '@/api/types'
import { arranged, askedQuery, nextOrder, parseAsked, periodDays, progressQuery } from './progress'

describe('progress', () => {
  it('knows the days of a period', () => {
    expect(periodDays('quarter', '2026-11-26')).toEqual({ due_from: '2026-10-01', due_to: '2026-12-31' })
    expect(periodDays('quarter', '2026-01-01')).toEqual({ due_from: '2026-01-01', due_to: '2026-03-31' })
    expect(periodDays('month', '2024-02-10')).toEqual({ due_from: '2024-02-01', due_to: '2024-02-29' })
    expect(periodDays('last', '2026-11-26')).toEqual({ due_from: '2025-01-01', due_to: '2025-12-31' })
    expect(periodDays('all', '2026-11-26')).toEqual({})
  })
  it('keeps in the address what it shows', () => {
    const asked = parseAsked({ by: 'month', period: 'all', importance: 'major' })
    expect(askedQuery(asked)).toEqual({ by: 'month', period: 'all', importance: 'major' })
    expect(parseAsked(askedQuery(asked))).toEqual(asked)
  })
  it('drops what a figure says itself', () => {
    const asked = parseAsked({ lamp: 'red', state: 'active', leaves: 'true', unit_id: 'u' })
    expect(progressQuery(asked, '2026-11-26')).toEqual({ unit_id: 'u', due_from: '2026-01-01', due_to: '2026-12-31' })
  })
  it('shows persons only within a unit', () => {
    expect(parseAsked({ by: 'handler' }).by).toBe('unit')
    expect(parseAsked({ by: 'handler', lead_unit_id: 'u' }).by).toBe('handler')
  })
  it('finds rows by their name and orders them by a column', () => {
    const row = (name: string, overdue: number, progress: number | null) =>
      ({ name, figures: { counts: { overdue }, progress } }) as unknown as ProgressRow
    const rows = [row('重点项目清单', 1, null), row('为民实事方案', 3, 40), row('重点工作方案', 2, 90)]
    const names = (...asked: Parameters<typeof arranged>) => arranged(...asked).map((one) => one.name)
    expect(names(rows, '重点', null)).toEqual(['重点项目清单', '重点工作方案'])
    expect(names(rows, ' 方案  重点 ', null)).toEqual(['重点工作方案'])
    expect(names(rows, '', { key: 'overdue', down: true })[0]).toBe('为民实事方案')
    expect(names(rows, '', { key: 'progress', down: true })).toEqual(['重点工作方案', '为民实事方案', '重点项目清单'])
    expect(names(rows, '', { key: 'progress', down: false }).at(-1)).toBe('重点项目清单')
    const once = nextOrder(null, 'overdue')
    expect([once, nextOrder(once, 'overdue')]).toEqual([
      { key: 'overdue', down: true },
      { key: 'overdue', down: false },
    ])
    expect(nextOrder(nextOrder(once, 'overdue'), 'overdue')).toBeNull()
  })
})
