import { describe, expect, it } from 'vitest'
import { lineChanges } from './lines'

const said = (from: string, to: string) =>
  lineChanges(from.split(''), to.split('')).map(({ was = '', is = '' }) => `${was}→${is}`)

describe('what differs between lines', () => {
  it('leaves out what stayed, wherever it moved to', () => {
    expect(said('abc', 'abc')).toEqual([])
    expect(said('abcd', 'bcdx')).toEqual(['a→', '→x'])
  })
  it('puts what took its place beside a line', () => {
    expect(said('abc', 'axc')).toEqual(['b→x'])
    expect(said('abcdefg', 'tuvwxyz')).toEqual(['a→t', 'b→u', 'c→v', 'd→w', 'e→x', 'f→y', 'g→z'])
    expect(said('abc', 'axyc')).toEqual(['b→x', '→y'])
  })
  it('says what was added and what is gone', () => {
    expect(said('', 'ab')).toEqual(['→a', '→b'])
    expect(said('ab', '')).toEqual(['a→', 'b→'])
    // The same twice is said twice.
    expect(said('aa', 'a')).toEqual(['a→'])
  })
})
