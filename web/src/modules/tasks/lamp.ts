import type { Lamp, TaskState } from '@/api/types'

/**
 * The key of a lamp's word. A task is red for other reasons than being past due, too: only of one that is does red mean
 * 逾期, of others and of all red ones together it is 红灯. Nor is every grey one not begun: some were stopped, or ended.
 */
export function lampWord(lamp: Lamp, overdueDays = 0, state?: TaskState) {
  if (lamp === 'red' && overdueDays <= 0) return 'words.lampColour.red' as const
  if (lamp === 'grey' && (state === 'suspended' || state === 'terminated')) return `words.state.${state}` as const
  return `words.lamp.${lamp}` as const
}
