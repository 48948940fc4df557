import { describe, expect, it } from 'vitest'
import type { Figure, Mapping, TaskImport, UnitLoad } from '@/api/types'
import {
  figuresOf,
  keptChoices,
  leaderless,
  loadLink,
  mappingFault,
  mendingSteps,
  monthLink,
  namedColumns,
  problemRows,
} from './model'

type Row = TaskImport['rows'][number]
const row = (lead: string[], co: string[], ...errors: string[]): Row => ({
  row: 1,
  group: '',
  title: '任务',
  lead,
  co,
  due_day: null,
  due_note: null,
  excluded: false,
  problems: errors.map((field) => ({ field, message: '', severity: 'error' })),
})
const ledger = (rows: Row[], first_co_as_lead = false) => ({ rows, mapping: { first_co_as_lead } as Mapping })

describe('a ledger with errors', () => {
  it('counts the rows that the first unit could lead', () => {
    const rows = [row([], ['发改委', '财政部'], 'lead'), row([], [], 'lead'), row(['财政部'], [])]
    expect(leaderless(ledger(rows))).toBe(1)
    expect(leaderless(ledger(rows, true))).toBe(0)
  })
  it('leads to the step where they can be mended', () => {
    expect(mendingSteps(ledger([row([], ['发改委'], 'lead')]))).toEqual(['mapping'])
    expect(mendingSteps(ledger([row([], [], 'lead')], true))).toEqual(['mapping', 'units'])
    expect(mendingSteps(ledger([row(['发改委'], [], 'co')]))).toEqual(['units'])
    expect(mendingSteps(ledger([row(['发改委'], [], 'title')]))).toEqual(['mapping'])
  })
  it('shows first what stops the import', () => {
    const hint: Row = { ...row(['财政部'], []), row: 2, problems: [{ field: 'due', message: '', severity: 'warning' }] }
    const stop = { ...row([], [], 'lead'), row: 3 }
    expect(problemRows([row(['财政部'], []), hint, stop], new Set([5])).map((one) => one.row)).toEqual([3, 2])
  })
  it('keeps what was chosen by hand, for names that are still there', () => {
    const units: TaskImport['units'] = [
      { name: '规建局', rows: 1, unit: { id: 'a', name: 'a', short_name: 'a' }, choice: 'match', suggestions: [] },
      { name: '港航', rows: 1, unit: null, choice: null, suggestions: [] },
    ]
    const kept = { 港航: { create: true }, 规建局: { unit_id: 'b' }, 走了: { ignore: true } }
    expect(keptChoices(units, kept)).toEqual({ 港航: { create: true }, 规建局: { unit_id: 'b' } })
  })
})

describe('fields of a kind in a ledger', () => {
  const mapping = { title: '任务', lead: '单位', fields: {} } as Mapping
  const field = (code: string, name: string, measure: string | null = null) => ({ code, name, measure })
  it('take the columns that are called as they are, and stand for nothing else', () => {
    const fields = [
      field('no', '提案号'),
      field('money', '所需资金', '万元'),
      field('party', '界别'),
      field('task', '任务'),
    ]
    const columns = ['任务', '单位', '提案号', '所需资金（万元）', '党派']
    expect(namedColumns(fields, columns, mapping)).toEqual({ no: '提案号', money: '所需资金（万元）' })
  })
  it('do not share a column with anything', () => {
    expect(mappingFault({ ...mapping, fields: { no: '提案号' } })).toBeNull()
    expect(mappingFault({ ...mapping, fields: { no: '单位' } })).toBe('double')
    expect(mappingFault({ ...mapping, tags: '单位' })).toBe('double')
  })
})

describe('the home page', () => {
  const figure = (key: Figure['key']) => ({ key, value: 1, change: null, query: '' })
  it('shows the centre and heads what is red, and one number for what is due soon', () => {
    const figures = [
      figure('overdue'),
      figure('due_week'),
      figure('red'),
      { ...figure('open'), key: 'due_soon' as const },
    ]
    expect(figuresOf('centre', figures).map((one) => one.key)).toEqual(['red', 'overdue', 'due_soon'])
    expect(figuresOf('head', figures).map((one) => one.key)).toEqual(['red', 'overdue', 'due_soon'])
  })
  it('leads from a number to exactly its rows', () => {
    const load = (with_below: boolean) => ({ unit: { id: 'u' }, with_below }) as UnitLoad
    expect(loadLink(load(true)).query).toEqual({ lead_unit_id: 'u', leaves: 'true', state: 'dispatched,active' })
    expect(loadLink(load(false), { closed_from: '2026-11-01' }).query).toEqual({
      lead_unit_id: 'u',
      lead_only: 'true',
      leaves: 'true',
      closed_from: '2026-11-01',
    })
    expect(monthLink('2026-02', 'overdue').query).toEqual({
      leaves: 'true',
      due_from: '2026-02-01',
      due_to: '2026-02-28',
      overdue: 'true',
    })
  })
})
