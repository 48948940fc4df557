import { computed } from 'vue'
import { useSession } from '@/modules/access'
import { useTaskCount } from '@/modules/tasks'
import { overdueFilter } from '../overdue'
import { useAsked, useOverdue } from './useProgress'

/** The page of what is overdue: its question, its lines, how many there are in all, and what one may do about them. */
export function useLate() {
  const session = useSession()
  const page = useAsked('all')
  const { list, rows } = useOverdue(page.query)
  const count = useTaskCount(() => overdueFilter(page.query.value))
  const total = computed(() => count.data.value?.total ?? null)
  const rates = session.roles.includes('leader')
  const presses = rates || session.roles.includes('centre')
  return { page, list, rows, total, rates, presses }
}
