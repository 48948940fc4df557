import type { Lamp } from '@/api/types'

/**
 * The key of a lamp's word. A task is red for other reasons than being past due, too: only of one that is does red mean
 * 逾期, of others and of all red ones together it is 红灯.
 */
export const lampWord = (lamp: Lamp, overdueDays = 0) =>
  lamp === 'red' && overdueDays <= 0 ? ('words.lampColour.red' as const) : (`words.lamp.${lamp}` as const)
