import { describe, expect, it } from 'vitest'
import type { Field, SourceKind, Tag, TaskRow } from '@/api/types'
import zh from '@/i18n/zh'
import { exported, keepKnown, partColumns, shownColumns, viewColumns, widthOf } from './columns'
import { asking, conditionFor, conditionText, readConditions, writeConditions } from './conditions'
import { cellText, choosable, draftsOf, fieldsInput, kindOf, openFields, unsaid } from './fields'
import {
  chipsSet,
  chipsUnset,
  cleared,
  emptyFilter,
  filterQuery,
  filterSentence,
  parseFilter,
  type Speaker,
} from './filter'
import { emptyForm, inputOf, isUntouched, merged, type TaskForm } from './setting/form'
import { mergesInto, sameTag, suggestions, tagFault } from './tags'

const field = (code: string, shape: Field['shape'], part: Partial<Field> = {}): Field => ({
  id: code,
  code,
  name: code,
  shape,
  measure: null,
  own: false,
  choices: [],
  required: false,
  active: true,
  ...part,
})
const NO = field('no', 'text', { name: '提案号', required: true })
const PARTY = field('party', 'choice', { name: '界别', choices: ['民盟', '农工党'] })
const MONEY = field('money', 'number', { name: '所需资金', measure: '万元' })
const DAY = field('answered', 'day', { name: '答复日期' })
const YES = field('content', 'yes_no', { name: '委员满意' })
const OLD = field('old', 'text', { name: '旧字段', active: false })
const FIELDS = [NO, PARTY, MONEY, DAY, YES, OLD]
const kind = (code: string, fields: Field[] = [], active = true) => ({ code, name: code, fields, active }) as SourceKind
const KINDS = [kind('motion', FIELDS), kind('gone', [], false), kind('other')]

const t = (key: string, values: Record<string, unknown> = {}) => {
  const text = key.split('.').reduce<unknown>((node, part) => (node as Record<string, unknown>)[part], zh)
  return String(text).replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]))
}
const say: Speaker = {
  t,
  unitName: () => '财金局',
  sourceName: () => '建议提案',
  personName: () => '吕子伟',
  fieldOf: (code) => FIELDS.find((one) => one.code === code),
}

describe('conditions on fields', () => {
  it('come back from the address as they went in', () => {
    const text = 'party:民盟;money:100..1,000.5;answered:..2026-06-30;no:a:b'
    expect(writeConditions(readConditions(text))).toBe(text)
    const filter = parseFilter({ source_kind: 'motion', fields: text, tag: '民生, 提速,民生' })
    expect(filter.tag).toEqual(['民生', '提速'])
    expect(parseFilter(filterQuery(filter))).toEqual(filter)
  })
  it('leave out what the server would refuse', () => {
    expect(readConditions('party;party:;:1;Party:1;a:1..x;a:..;a b:1;a:2026-01-01..5')).toEqual([])
  })
  it('stand once, in their place, and go when they are emptied', () => {
    let now = readConditions('party:民盟;money:1..')
    now = asking(now, 'party', '农工党')
    expect(writeConditions(now)).toBe('party:农工党;money:1..')
    expect(writeConditions(asking(now, 'party', ''))).toBe('money:1..')
    expect(writeConditions(asking([], 'no', '一;二'))).toBe('no:一 二')
  })
  it('are read aloud with the name and the measure of their field', () => {
    const words = (text: string) => readConditions(text).map((one) => conditionText(one, say.fieldOf(one.code), t))
    expect(words('party:民盟;no:12;content:true')).toEqual(['界别为“民盟”', '提案号含“12”', '委员满意为“是”'])
    expect(words('money:100..2000;money:..5;money:12000..;money:3..3')).toEqual([
      '所需资金 100 至 2,000 万元',
      '所需资金 5 万元以下',
      '所需资金 12,000 万元以上',
      '所需资金为 3 万元',
    ])
    expect(words('answered:2026-03-01..2026-03-31;answered:2026-03-01..')).toEqual([
      '答复日期 2026-03-01 至 2026-03-31',
      '答复日期 2026-03-01 以后',
    ])
    const filter = parseFilter({ source_kind: 'motion', fields: 'party:民盟', tag: '民生,提速' })
    expect(filterSentence(filter, say)).toBe('来自建议提案、界别为“民盟”、标签含民生或提速的任务')
  })
  it('are chips behind their kind, and go with it', () => {
    const filter = parseFilter({ source_kind: 'motion', fields: 'party:民盟' })
    expect(chipsSet(filter)).toEqual(['source_kind', 'field:party'])
    expect(chipsUnset(filter, openFields(KINDS[0]))).not.toContain('field:party')
    expect(chipsUnset(filter, openFields(KINDS[0]))).toContain('field:money')
    expect(cleared(filter, 'field:party').fields).toEqual([])
    expect(cleared(filter, 'source_kind')).toEqual(emptyFilter())
  })
  it('find exactly what a count counts', () => {
    expect(conditionFor(DAY, '2026-02')).toBe('2026-02-01..2026-02-28')
    expect(conditionFor(DAY, '2028-02')).toBe('2028-02-01..2028-02-29')
    expect(conditionFor(PARTY, '民盟')).toBe('民盟')
    expect(conditionFor(NO, '甲;乙')).toBe('')
  })
})

describe('fields in a form', () => {
  const form = (part: Partial<TaskForm>): TaskForm => ({ ...emptyForm(), title: '增设公交', ...part })
  it('are those of the kind that is chosen', () => {
    expect(kindOf(KINDS, '')?.code).toBe('other')
    expect(choosable(KINDS).map((one) => one.code)).toEqual(['motion', 'other'])
    expect(choosable(KINDS, 'gone').map((one) => one.code)).toContain('gone')
    expect(openFields(KINDS[0])).not.toContain(OLD)
  })
  it('keep what was typed for a kind while another one is chosen', () => {
    const fields = { 'motion/no': '12', 'motion/party': '', 'other/no': '别的' }
    expect(inputOf(form({ source_kind: 'motion', fields }), openFields(KINDS[0])).fields).toEqual({
      no: '12',
      party: null,
      money: null,
      answered: null,
      content: null,
    })
    expect(inputOf(form({ source_kind: 'other', fields })).fields).toBeUndefined()
    expect(fieldsInput([NO], '', fields)).toEqual({ no: '别的' })
  })
  it('say what is missing before a task goes out', () => {
    expect(unsaid(FIELDS, 'motion', { 'motion/no': '  ' })).toEqual([NO])
    expect(unsaid(FIELDS, 'motion', { 'motion/no': '1' })).toEqual([])
  })
  it('are taken from a task as they stand there, and from one kept by an older page', () => {
    const fields = [
      { code: 'money', value: 1200.5 },
      { code: 'areas', value: ['教育', '环保'] },
      { code: 'content', value: false },
    ] as TaskRow['fields']
    expect(draftsOf({ source_kind: 'motion', fields })).toEqual({
      'motion/money': '1200.5',
      'motion/areas': ['教育', '环保'],
      'motion/content': 'false',
    })
    expect(draftsOf({ source_kind: 'motion' })).toEqual({})
  })
  it('stay where they were touched when somebody else was faster, one by one', () => {
    const base = form({ fields: { 'motion/no': '1', 'motion/party': '民盟' } })
    const mine = form({ fields: { 'motion/no': '2', 'motion/party': '民盟' } })
    const theirs = form({ fields: { 'motion/no': '1', 'motion/party': '农工党', 'motion/money': '5' }, tags: ['民生'] })
    expect(merged(mine, base, theirs).fields).toEqual({
      'motion/no': '2',
      'motion/party': '农工党',
      'motion/money': '5',
    })
    expect(merged(mine, base, theirs).tags).toEqual(['民生'])
  })
  it('count as something typed', () => {
    expect(isUntouched(emptyForm())).toBe(true)
    expect(isUntouched({ ...emptyForm(), fields: { 'motion/no': '' } })).toBe(true)
    expect(isUntouched({ ...emptyForm(), fields: { 'motion/no': '1' } })).toBe(false)
    expect(isUntouched({ ...emptyForm(), tags: ['民生'] })).toBe(false)
  })
})

describe('fields as columns', () => {
  it('are shown of the kind that the list is of, in their order', () => {
    const columns = keepKnown(['f_money', 'due', 'f_no', 'nonsense', 'tags'])
    expect(columns).toEqual(['due', 'tags', 'f_money', 'f_no'])
    expect(partColumns(columns).own).toEqual(['f_money', 'f_no'])
    expect(shownColumns(columns, FIELDS).own).toEqual([NO, MONEY])
    expect(shownColumns(columns, []).own).toEqual([])
    expect(exported(columns, FIELDS)).toBe('title,due_day,remain_days,overdue_days,tags,f_no,f_money')
    expect(widthOf([], false, [MONEY])['--wide']).not.toBe(widthOf([], false)['--wide'])
  })
  it('a view with columns that nobody knows shows the others, and the own ones where there are none', () => {
    expect(viewColumns(['nonsense', 'due', 'f_money', 'f_money', 'lamp'], ['lead'])).toEqual(['lamp', 'due', 'f_money'])
    expect(viewColumns(['nonsense'], ['lead'])).toEqual(['lead'])
    expect(viewColumns([], ['lead', 'due'])).toEqual(['lead', 'due'])
  })
  it('leave the measure to their heading', () => {
    const row = { fields: [{ code: 'money', value: 12000.5, words: '12000.5万元' }] } as TaskRow
    expect(cellText(MONEY, row)).toBe('12,000.5')
    expect(cellText(NO, row)).toBe('')
  })
})

describe('tags', () => {
  const tag = (name: string, tasks = 0, retired = false): Tag => ({ id: name, name, tasks, retired, version: 1 })
  const all = [tag('民生', 3), tag('A级督办', 5), tag('旧的', 9, true)]
  it('are the same however they are written', () => {
    expect(sameTag('ａ级 督办', 'A级督办')).toBe(true)
    expect(mergesInto(all, all[0] as Tag, 'ａ级督办')).toBe(all[1])
    expect(mergesInto(all, all[0] as Tag, '民 生')).toBeUndefined()
  })
  it('are offered while they are in use and not chosen', () => {
    expect(suggestions(all, [], '').map((one) => one.name)).toEqual(['A级督办', '民生'])
    expect(suggestions(all, ['a级督办'], '').map((one) => one.name)).toEqual(['民生'])
    expect(suggestions(all, [], '级').map((one) => one.name)).toEqual(['A级督办'])
  })
  it('come from those who may bring in new ones', () => {
    expect(tagFault('新词', undefined, false, 0)).toBe('unknown')
    expect(tagFault('新词', undefined, true, 0)).toBeNull()
    expect(tagFault('旧的', all[2], true, 0)).toBe('retired')
    expect(tagFault('民生', all[0], false, 10)).toBe('many')
    expect(tagFault('长'.repeat(21), undefined, true, 0)).toBe('long')
  })
})
