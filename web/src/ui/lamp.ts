import type { Lamp } from '@/api/types'

/** Worst first: the order every board and chip uses. */
export const LAMPS: readonly Lamp[] = ['red', 'orange', 'yellow', 'green', 'grey', 'blue']
const LAMP_SHAPE: Record<Lamp, string> = { green: '●', yellow: '▲', orange: '◆', red: '■', grey: '○', blue: '✓' }
