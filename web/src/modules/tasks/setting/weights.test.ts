import { describe, expect, it } from 'vitest'
import { distribute, known, sumsToHundred, weightSum, type Weighted } from './weights'

const free = (n: number): Weighted[] => Array.from({ length: n }, () => ({ weight: 0, pinned: false }))
const of = (weights: readonly number[], pinned = false) => weights.map((weight) => ({ weight, pinned }))
const weights = (rows: readonly Weighted[]) => rows.map((row) => row.weight)
/** As the server divides the whole (`equal_shares`): millionths, the first ones take what is left. */
function ofServer(n: number): number[] {
  const each = Math.floor(1_000_000 / n)
  return Array.from({ length: n }, (_, index) => (each + (index < 1_000_000 % n ? 1 : 0)) / 10_000)
}

describe('weights of siblings', () => {
  it('sum to exactly 100 for any number of rows', () => {
    for (let n = 1; n <= 60; n++) expect(sumsToHundred(distribute(free(n)))).toBe(true)
  })
  it.each([3, 6, 7, 9])('are shared among %i as the server shares them', (n) => {
    expect(weights(distribute(free(n)))).toEqual(ofServer(n))
    expect(sumsToHundred(of(ofServer(n)))).toBe(true)
    expect(weightSum(of(ofServer(n)))).toBe(100)
  })
  it('stay as the server gave them, in its own unit or in hundredths', () => {
    for (const given of [ofServer(7), [33.34, 33.33, 33.33], [33.33, 33.34, 33.33]])
      expect(weights(distribute(of(given)))).toEqual(given)
    const beside = [...of([40], true), ...of([30, 30])]
    expect(distribute(beside)).toEqual(beside)
  })
  it('are shared anew where they are uneven, or no whole', () => {
    expect(weights(distribute(of([50.5, 49.5])))).toEqual([50, 50])
    expect(weights(distribute(of([25, 25, 25])))).toEqual([33.3334, 33.3333, 33.3333])
  })
  it('leave what was typed by hand alone', () => {
    const rows = distribute([{ weight: 40, pinned: true }, ...free(3)])
    expect(weights(rows)).toEqual([40, 20, 20, 20])
    expect(weights(distribute([{ weight: 14.2858, pinned: true }, ...free(6)]))).toEqual(ofServer(7))
  })
  it('never go below nothing when too much was typed', () => {
    expect(weights(distribute([{ weight: 120, pinned: true }, ...free(1)]))).toEqual([120, 0])
  })
  it('make a whole exactly where the server says so', () => {
    expect(sumsToHundred(of([33.3333, 33.3333, 33.3333]))).toBe(false)
    expect(sumsToHundred(of([33.3333, 33.3333, 33.3334]))).toBe(true)
    expect(sumsToHundred(of([99.9999]))).toBe(false)
  })
  it('are kept with the decimals the server knows', () => {
    expect([known(14.28571), known(14.2858), known(-3), known(250)]).toEqual([14.2857, 14.2858, 0, 100])
  })
})
