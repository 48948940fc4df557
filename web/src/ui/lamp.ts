import type { Lamp } from '@/api/types'

/** Worst first: the order every board and chip uses. */
export const LAMPS: readonly Lamp[] = ['red', 'orange', 'yellow', 'green', 'grey', 'blue']
/** Those of tasks that are not finished. */
export const OPEN_LAMPS = LAMPS.filter((lamp) => lamp !== 'blue')
