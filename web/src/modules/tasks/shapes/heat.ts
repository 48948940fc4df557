import type { Lamp, UnitLoad } from '@/api/types'

/** Lamps that somebody should look at; the others are only counted, and stay pale. */
const TROUBLE: readonly Lamp[] = ['red', 'orange', 'yellow']
const LEAST = 16
const PALE = 14

/** How deep a cell is in percent: against the unit that has most of the same lamp. */
export function depths(loads: readonly Pick<UnitLoad, 'by_lamp'>[]) {
  const most = new Map<Lamp, number>()
  for (const load of loads)
    for (const [lamp, n] of Object.entries(load.by_lamp) as [Lamp, number][])
      most.set(lamp, Math.max(most.get(lamp) ?? 0, n))
  return (load: Pick<UnitLoad, 'by_lamp'>, lamp: Lamp): number => {
    const share = (load.by_lamp[lamp] ?? 0) / (most.get(lamp) || 1)
    if (!share) return 0
    return TROUBLE.includes(lamp) ? Math.round(LEAST + (80 - LEAST) * share) : Math.round(4 + PALE * share)
  }
}
