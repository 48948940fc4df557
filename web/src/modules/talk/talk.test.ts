import { describe, expect, it } from 'vitest'
import { mentionAt, missing, pieces, stillNamed, withMention } from './model'

const zhu = { id: '1', name: '朱联' }
const zhao = { id: '2', name: '朱联华' }

describe('addressing somebody by name', () => {
  it('knows when a name is being written', () => {
    expect(mentionAt('请@朱', 3)).toBe('朱')
    expect(mentionAt('请@', 2)).toBe('')
    expect(mentionAt('请@朱联 看', 6)).toBeNull()
    expect(mentionAt('没有', 2)).toBeNull()
    expect(mentionAt('＠周', 2)).toBe('周')
  })
  it('puts the name where its beginning stood', () => {
    expect(withMention('请@朱今天看', 3, '朱联')).toEqual({ text: '请@朱联 今天看', cursor: 5 })
    expect(withMention('看', 1, '朱联')).toEqual({ text: '看@朱联 ', cursor: 5 })
  })
  it('addresses nobody whose name was taken out again, and nobody twice', () => {
    expect(stillNamed('请@朱联 看', [zhu, zhu, { id: '3', name: '许' }])).toEqual([zhu])
  })
  it('marks names, the longer first', () => {
    expect(pieces('请@朱联华和@朱联看', [zhu, zhao])).toEqual([
      { text: '请', named: false },
      { text: '@朱联华', named: true },
      { text: '和', named: false },
      { text: '@朱联', named: true },
      { text: '看', named: false },
    ])
    expect(pieces('无人', [])).toEqual([{ text: '无人', named: false }])
  })
})

describe('a note', () => {
  const t = (key: string) => key
  it('needs stars, and words where there are few of them', () => {
    expect(Object.keys(missing(0, '', t))).toEqual(['stars'])
    expect(Object.keys(missing(2, ' ', t))).toEqual(['text'])
    expect(missing(2, '太慢', t)).toEqual({})
    expect(missing(3, '', t)).toEqual({})
  })
})
