import type { Lamp } from '@/api/types'

/** Worst first: the order every board and chip uses. */
export const LAMPS: readonly Lamp[] = ['red', 'orange', 'yellow', 'green', 'grey', 'blue']
