import type { Importance, TaskRow } from '@/api/types'

/** Whether a change of a task that is out says why: it may, it must, or it need not. */
export type ReasonNeed = 'none' | 'may' | 'must'

const GRAVITY: readonly Importance[] = ['normal', 'important', 'major']

/** What is put off, and what counts for less, has a reason; `due_day` is left out where it was not touched. */
export function reasonNeed(
  task: Pick<TaskRow, 'dispatched_at' | 'due_day' | 'overdue_days' | 'importance'>,
  to: { due_day?: string | null; importance?: Importance },
): ReasonNeed {
  if (!task.dispatched_at) return 'none'
  if (to.importance && GRAVITY.indexOf(to.importance) < GRAVITY.indexOf(task.importance)) return 'must'
  if (to.due_day === undefined || to.due_day === task.due_day) return 'none'
  const later = (to.due_day ?? '9999') > (task.due_day ?? '9999')
  return later || task.overdue_days > 0 ? 'must' : 'may'
}
