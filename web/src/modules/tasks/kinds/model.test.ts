import { describe, expect, it } from 'vitest'
import type { SourceKind } from '@/api/types'
import { changesBetween, draftOf, emptyKind, inputOf, moved, newRow, rebased, stillWrong, touched } from './model'

const KIND = {
  code: 'motion',
  name: '建议提案',
  needs_approval: false,
  retention: 'permanent',
  numbering: '提案{seq}',
  example: '提案1',
  active: true,
  version: 3,
  fields: [
    { id: 'a', code: 'no', name: '提案号', shape: 'text', measure: null, choices: [], required: true, active: true },
    {
      id: 'b',
      code: 'party',
      name: '界别',
      shape: 'choice',
      measure: null,
      choices: ['民盟', '农工党'],
      required: false,
      active: true,
    },
    {
      id: 'c',
      code: 'money',
      name: '资金',
      shape: 'number',
      measure: '万元',
      choices: [],
      required: false,
      active: true,
    },
  ],
} as SourceKind
const base = () => draftOf(KIND)

describe('a kind that is being changed', () => {
  it('is sent as it was when nothing was touched', () => {
    const input = inputOf(base())
    expect(touched(base(), base())).toBe(false)
    expect(input.fields.map(({ id }) => id)).toEqual(['a', 'b', 'c'])
    expect(input.fields[1]?.choices).toEqual(['民盟', '农工党'])
    expect(input.fields[2]?.measure).toBe('万元')
    expect(inputOf(emptyKind()).numbering).toBeNull()
  })
  it('sends of a field only what its shape has, and new ones without an id', () => {
    const draft = base()
    draft.fields.push({
      ...newRow(draft.fields),
      name: ' 领域 ',
      shape: 'choices',
      choices: '教育\n\n 环保 ',
      measure: '公里',
    })
    const last = inputOf(draft).fields[3]
    expect(last).toEqual({
      name: '领域',
      shape: 'choices',
      measure: null,
      choices: ['教育', '环保'],
      required: false,
      active: true,
    })
    expect(newRow(draft.fields).id).toBe('+2')
  })
  it('keeps what was touched when somebody else was faster, and takes all else from them', () => {
    const mine = base()
    mine.numbering = '我的{seq}'
    Object.assign(mine.fields[0] ?? {}, { name: '编号' })
    mine.fields.push({ ...newRow(mine.fields), name: '我加的' })
    const theirs = base()
    theirs.name = '建议和提案'
    Object.assign(theirs.fields[1] ?? {}, { choices: '民盟' })
    theirs.fields.splice(2, 1)
    theirs.fields.push({ ...newRow([]), id: 'd', name: '他加的' })
    const now = rebased(mine, base(), theirs)
    expect(now.name).toBe('建议和提案')
    expect(now.numbering).toBe('我的{seq}')
    expect(now.fields.map(({ name }) => name)).toEqual(['编号', '界别', '我加的', '他加的'])
    expect(now.fields[1]?.choices).toBe('民盟')
    expect(changesBetween(base(), theirs)).toEqual([
      { what: 'name', name: '建议和提案' },
      { what: 'field', name: '界别' },
      { what: 'added', name: '他加的' },
      { what: 'removed', name: '资金' },
    ])
  })
  it('says when only the order has changed', () => {
    const theirs = base()
    theirs.fields = moved(theirs.fields, 0, 1)
    expect(changesBetween(base(), theirs)).toEqual([{ what: 'order', name: '' }])
    expect(moved([1, 2, 3], 0, -1)).toEqual([1, 2, 3])
    expect(moved([1, 2, 3], 2, 1)).toEqual([1, 2, 3])
  })
  it('forgets a fault as its part is changed, and those of fields when they are moved', () => {
    const faults = { name: 'x', 'fields.0.name': 'y', 'fields.1.choices.0': 'z' }
    const named = { ...base(), name: '新' }
    expect(Object.keys(stillWrong(faults, base(), named))).toEqual(['fields.0.name', 'fields.1.choices.0'])
    const first = base()
    Object.assign(first.fields[0] ?? {}, { name: '新' })
    expect(Object.keys(stillWrong(faults, base(), first))).toEqual(['name', 'fields.1.choices.0'])
    const other = { ...base(), fields: moved(base().fields, 0, 1) }
    expect(Object.keys(stillWrong(faults, base(), other))).toEqual(['name'])
  })
})
