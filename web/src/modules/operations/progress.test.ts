import { describe, expect, it } from 'vitest'
import { askedQuery, parseAsked, periodDays, progressQuery } from './progress'

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
})
