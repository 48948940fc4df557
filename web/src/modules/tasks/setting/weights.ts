/** Weights of all live siblings sum to 100; counted in hundredths so that a sum is a sum. */
export interface Weighted {
  weight: number
  /** Typed by hand, or already dispatched: not to be touched by the distribution. */
  pinned: boolean
}

const cents = (value: number) => Math.round(value * 100)

export function weightSum(rows: readonly Weighted[]): number {
  return rows.reduce((sum, row) => sum + cents(row.weight), 0) / 100
}

/** Shares what the pinned rows leave among the others; the first ones take the odd hundredths. */
export function distribute<T extends Weighted>(rows: readonly T[]): T[] {
  const free = rows.filter((row) => !row.pinned).length
  if (free === 0) return [...rows]
  const pinned = rows.reduce((sum, row) => sum + (row.pinned ? cents(row.weight) : 0), 0)
  const rest = Math.max(0, 10_000 - pinned)
  const share = Math.floor(rest / free)
  let odd = rest - share * free
  return rows.map((row) => {
    if (row.pinned) return row
    const extra = odd > 0 ? 1 : 0
    odd -= extra
    return { ...row, weight: (share + extra) / 100 }
  })
}

export const sumsToHundred = (rows: readonly Weighted[]) => cents(weightSum(rows)) === 10_000
