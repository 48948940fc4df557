/** Rules that stand beside each other, most of them numbers: what is wrong with them, what differs, how they are put together. */
export interface Bounds {
  least: number
  most: number
}
/** As they stand in fields: an emptied field is no number. */
export type Typed<R> = { [K in keyof R]: R[K] extends number ? number | '' : R[K] }

export const isWithin = (value: number | '', { least, most }: Bounds) =>
  value !== '' && Number.isInteger(value) && value >= least && value <= most

/** The fields whose numbers make no sense. */
export const outside = <K extends string>(rules: Record<K, number | ''>, bounds: Record<K, Bounds>): K[] =>
  (Object.keys(bounds) as K[]).filter((key) => !isWithin(rules[key], bounds[key]))

/** What is done with every set of them; `keys` in the order of the page. */
export function flat<R extends object>(keys: readonly (keyof R)[]) {
  const changedKeys = (from: R, to: R) => keys.filter((key) => from[key] !== to[key])
  /** What somebody changed, put upon what others have written meanwhile. */
  function rebased(mine: R, base: R, theirs: R): R {
    const own = changedKeys(base, mine).map((key) => [key, mine[key]])
    return { ...theirs, ...(Object.fromEntries(own) as Partial<R>) }
  }
  /** What is sent: an emptied field counts as what it was; the page says that it is wrong before. */
  function settled(typed: Typed<R>, base: R): R {
    const filled = Object.entries(typed).filter(([, value]) => value !== '')
    return { ...base, ...(Object.fromEntries(filled) as Partial<R>) }
  }
  return { changedKeys, rebased, settled }
}
