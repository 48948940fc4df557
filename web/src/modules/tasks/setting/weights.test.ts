import { describe, expect, it } from 'vitest'
import { distribute, sumsToHundred, weightSum } from './weights'

const free = (n: number) => Array.from({ length: n }, () => ({ weight: 0, pinned: false }))

describe('weights of siblings', () => {
  it('sum to exactly 100 for any number of rows', () => {
    for (let n = 1; n <= 60; n++) expect(sumsToHundred(distribute(free(n)))).toBe(true)
  })
  it('leave what was typed by hand alone', () => {
    const rows = distribute([{ weight: 40, pinned: true }, ...free(3)])
    expect(rows.map((row) => row.weight)).toEqual([40, 20, 20, 20])
  })
  it('never go below nothing when too much was typed', () => {
    expect(distribute([{ weight: 120, pinned: true }, ...free(1)]).map((row) => row.weight)).toEqual([120, 0])
  })
  it('add up without the dust of binary fractions', () => {
    expect(
      weightSum([
        { weight: 33.33, pinned: true },
        { weight: 33.33, pinned: true },
        { weight: 33.34, pinned: true },
      ]),
    ).toBe(100)
  })
})
