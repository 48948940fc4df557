import { parseFilter, type TaskFilter } from '@/modules/tasks'

/** The task list's filter for what the overdue list shows. */
export const overdueFilter = (query: Record<string, string>): TaskFilter =>
  parseFilter({ ...query, overdue: 'true', leaves: 'true' })
