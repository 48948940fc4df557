/** Weights of all live siblings sum to 100, counted in the server's smallest unit so that a sum is a sum on both sides. */
export interface Weighted {
  weight: number
  /** Typed by hand, or already dispatched: not to be touched by the distribution. */
  pinned: boolean
}

/** Decimals of a percentage that the server knows. */
export const DECIMALS = 4
const UNIT = 10 ** DECIMALS
const WHOLE = 100 * UNIT
const units = (percent: number) => Math.round(percent * UNIT)
const total = (rows: readonly Weighted[]) => rows.reduce((sum, row) => sum + units(row.weight), 0)

/** As the server would keep it. */
export const known = (percent: number) => Math.max(0, Math.min(WHOLE, units(percent))) / UNIT

export const weightSum = (rows: readonly Weighted[]) => total(rows) / UNIT
export const sumsToHundred = (rows: readonly Weighted[]) => total(rows) === WHOLE

/** Shared as evenly as it gets, in the smallest unit or, as people like it, in hundredths of a percent. */
function areEven(rows: readonly Weighted[]): boolean {
  const shares = rows.map((row) => units(row.weight))
  const step = shares.every((share) => share % 100 === 0) ? 100 : 1
  return Math.max(...shares) - Math.min(...shares) <= step
}

/**
 * Shares what the pinned rows leave among the others; the first ones take what cannot be divided, as with the server.
 * Where they are shared evenly already, and make a whole, they stay as they are.
 */
export function distribute<T extends Weighted>(rows: readonly T[]): T[] {
  const free = rows.filter((row) => !row.pinned)
  if (!free.length || (sumsToHundred(rows) && areEven(free))) return [...rows]
  const rest = Math.max(0, WHOLE - total(rows.filter((row) => row.pinned)))
  const share = Math.floor(rest / free.length)
  let odd = rest - share * free.length
  return rows.map((row) => {
    if (row.pinned) return row
    const extra = odd > 0 ? 1 : 0
    odd -= extra
    return { ...row, weight: (share + extra) / UNIT }
  })
}
