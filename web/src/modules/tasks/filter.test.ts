import { describe, expect, it } from 'vitest'
import {
  chipsSet,
  cleared,
  emptyFilter,
  filterQuery,
  filterSentence,
  nextSort,
  parseFilter,
  withOther,
  type Speaker,
} from './filter'
import zh from '@/i18n/zh'

const say: Speaker = {
  t: (key, values = {}) => {
    const text = key.split('.').reduce<unknown>((node, part) => (node as Record<string, unknown>)[part], zh)
    return String(text).replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]))
  },
  unitName: () => '财金局',
  sourceName: () => '会议议定',
  personName: () => '吕子伟',
  fieldOf: () => undefined,
}

describe('the filter of the task list', () => {
  it('comes back from the URL as it went in', () => {
    const filter = {
      ...emptyFilter(),
      lamp: ['red' as const, 'orange' as const],
      state: ['active' as const],
      unit_id: 'u1',
      unit_role: 'lead' as const,
      overdue: true,
      due_to: '2026-12-31',
      sort: '-lamp',
    }
    expect(parseFilter(filterQuery(filter))).toEqual(filter)
  })

  it('passes on what a board asked for beyond its own chips', () => {
    const filter = parseFilter({ closed_from: '2026-11-01', view: 'tree' })
    expect(filterQuery(filter)).toEqual({ closed_from: '2026-11-01' })
    expect(filterQuery(cleared(filter, 'closed'))).toEqual({})
    const led = parseFilter({ lead_unit_id: 'u', closed_from: '2026-11-01' })
    expect(filterQuery(cleared(led, 'other'))).toEqual({ closed_from: '2026-11-01' })
  })

  it('has chips of their own for who handles it, who leads it, and what it comes from', () => {
    const asked = { handler_id: 'p', charge_leader: 'q', source_document: '清单', waiting: 'true' }
    const filter = parseFilter({ ...asked, lead_unit_id: 'u' })
    expect(chipsSet(filter)).toEqual(['handler', 'leader', 'document', 'waiting', 'other'])
    expect(filterSentence(filter, say)).toContain('吕子伟经办、吕子伟分管、出自《清单》、等待中')
    expect(filterQuery(cleared(filter, 'leader'))).not.toHaveProperty('charge_leader')
    expect(filterQuery(cleared(filter, 'leader'))).toHaveProperty('handler_id', 'p')
    expect(filterQuery(withOther(filter, 'source_document', ''))).not.toHaveProperty('source_document')
  })

  it('leaves out what it does not understand', () => {
    expect(parseFilter({ lamp: 'pink,red', due_from: 'soon', sort: '-drop table', mine: 'all' })).toEqual({
      ...emptyFilter(),
      lamp: ['red'],
    })
  })

  it('can be read aloud', () => {
    const filter = {
      ...emptyFilter(),
      mine: 'unit' as const,
      state: ['active' as const],
      lamp: ['red' as const, 'orange' as const],
    }
    expect(filterSentence(filter, say)).toBe('本单位的、办理中、红灯或橙灯的任务')
    expect(filterSentence(emptyFilter(), say)).toBe('全部任务')
  })

  it('forgets the role together with the unit', () => {
    expect(cleared({ ...emptyFilter(), unit_id: 'u1', unit_role: 'co' }, 'unit_id')).toEqual(emptyFilter())
  })

  it('turns a column round and then lets it go', () => {
    expect(nextSort('', 'due_day')).toBe('due_day')
    expect(nextSort('due_day', 'due_day')).toBe('-due_day')
    expect(nextSort('-due_day', 'due_day')).toBe('')
    expect(nextSort('', 'progress')).toBe('-progress')
  })
})
