import { describe, expect, it } from 'vitest'
import { cleared, emptyFilter, filterQuery, filterSentence, nextSort, parseFilter, type Speaker } from './filter'
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
    expect(filterQuery(cleared(filter, 'other'))).toEqual({})
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
