import { describe, expect, it } from 'vitest'
import type { Figure, FileRef, Mapping, Party, TaskImport, Unit } from '@/api/types'
import { mainRole, mayImport, passwordFault, safeNext, seesTasks } from './access/model'
import { extension, previewKind } from './files/model'
import { badge } from './notify/model'
import { figureLink, figuresOf, mappingFault, unitChoices } from './operations/model'
import { descendants, matchesUnit, unitPath, visibleUnits } from './org/model'
import { defaultReplyDay, pressable } from './supervision/model'

describe('access', () => {
  it('never leads outside after signing in', () => {
    expect(safeNext('/tasks?lamp=red')).toBe('/tasks?lamp=red')
    for (const bad of ['//evil.cn', '/\\evil.cn', 'https://evil.cn', '/sign-in', undefined, ['/x']])
      expect(safeNext(bad)).toBe('/')
  })
  it('answers the question of the highest role', () => {
    expect(mainRole(['handler', 'head'])).toBe('head')
    expect(mainRole([])).toBe('handler')
  })
  it('shows no business data to one who is only administrator', () => {
    expect(seesTasks(['administrator'])).toBe(false)
    expect(seesTasks(['administrator', 'handler'])).toBe(true)
    expect(mayImport(['head'])).toBe(false)
  })
  it('says what is wrong with a password', () => {
    expect(passwordFault('short1', '')).toBe('tooShort')
    expect(passwordFault('onlyletters', '')).toBe('mix')
    expect(passwordFault('letters1234', '')).toBe('mix')
    expect(passwordFault('Letters1234', 'Letters1234')).toBe('same')
    expect(passwordFault('Letters1234', 'old')).toBeNull()
    expect(passwordFault('four words are enough', 'old')).toBeNull()
  })
})

describe('organisation', () => {
  const unit = (id: string, parent_id: string | null, name: string, aliases: string[] = []) =>
    ({ id, parent_id, name, short_name: name, aliases, depth: 0 }) as unknown as Unit
  const units = [
    unit('a', null, '管委会'),
    unit('b', 'a', '财金局', ['财政局']),
    unit('c', 'b', '预算科'),
    unit('d', 'a', '规建局'),
  ]
  it('finds a unit by a former name', () => {
    expect(units.filter((one) => matchesUnit(one, '财政')).map((one) => one.id)).toEqual(['b'])
  })
  it('hides everything below a folded unit', () => {
    expect(visibleUnits(units, new Set(['b'])).map((one) => one.id)).toEqual(['a', 'b', 'd'])
    expect(visibleUnits(units, new Set(['a'])).map((one) => one.id)).toEqual(['a'])
  })
  it('knows paths and descendants', () => {
    expect(unitPath(units, 'c')).toBe('管委会 › 财金局 › 预算科')
    expect([...descendants(units, 'b')]).toEqual(['b', 'c'])
  })
})

describe('operations', () => {
  const figure = (key: Figure['key'], query = '') => ({ key, value: 1, change: null, query }) as Figure
  it('orders the figures by the question of the role', () => {
    expect(figuresOf('leader', [figure('open'), figure('overdue'), figure('todo')]).map((one) => one.key)).toEqual([
      'overdue',
      'open',
    ])
  })
  it('makes every figure a link to its rows', () => {
    expect(figureLink(figure('overdue', 'overdue=true&state=active'))).toEqual({
      name: 'tasks',
      query: { overdue: 'true', state: 'active' },
    })
    expect(figureLink(figure('todo')).name).toBe('todo')
  })
  it('does not let one column be two things', () => {
    const mapping = {
      title: '任务',
      lead: '单位',
      co: null,
      demand: null,
      group: null,
      clause: null,
      due: null,
      importance: null,
    } as unknown as Mapping
    expect(mappingFault(mapping)).toBeNull()
    expect(mappingFault({ ...mapping, co: '单位' })).toBe('double')
    expect(mappingFault({ ...mapping, lead: null })).toBe('lead')
  })
  it('takes a single suggestion, but leaves a choice among several to a person', () => {
    const ref = (id: string) => ({ id, name: id, short_name: id })
    const units: TaskImport['units'] = [
      { name: '规建局', rows: 1, unit: ref('a'), choice: 'match', suggestions: [] },
      { name: '建设局', rows: 1, unit: null, choice: null, suggestions: [ref('a')] },
      { name: '港航', rows: 1, unit: null, choice: null, suggestions: [ref('a'), ref('b')] },
      { name: '略', rows: 1, unit: null, choice: 'ignore', suggestions: [] },
    ]
    expect(unitChoices(units)).toEqual({ 规建局: { unit_id: 'a' }, 建设局: { unit_id: 'a' }, 略: { ignore: true } })
  })
})

describe('the small ones', () => {
  it('asks for an answer on a weekday', () => {
    expect(defaultReplyDay('2026-11-23')).toBe('2026-11-25')
    expect(defaultReplyDay('2026-11-26')).toBe('2026-11-30')
  })
  it('presses nobody who has finished', () => {
    const party = (id: string, role: string, state: string) => ({ id, role, state }) as Party
    expect(
      pressable([party('1', 'lead', 'signed'), party('2', 'co', 'done'), party('3', 'charge_leader', 'signed')]).map(
        (one) => one.id,
      ),
    ).toEqual(['1'])
  })
  it('previews only what the server calls safe', () => {
    expect(previewKind({ media_type: 'application/pdf', preview: 'pdf' } as FileRef)).toBe('pdf')
    expect(previewKind({ media_type: 'image/png', preview: null } as FileRef)).toBeNull()
    expect(extension('报告.终稿.docx')).toBe('DOCX')
  })
  it('keeps the badge short', () => {
    expect(badge(120)).toBe('99+')
  })
})
