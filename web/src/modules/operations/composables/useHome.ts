import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { useSession } from '@/modules/access'
import { countTasks } from '@/modules/tasks'
import { readHome } from '../api'
import { figuresOf, soonQuery } from '../model'

export const useHome = () => useQuery({ queryKey: ['home'], queryFn: readHome, staleTime: 30_000 })

/** A home page and the figures of the role that reads it. */
export function useHomeFigures() {
  const session = useSession()
  const home = useHome()
  const query = soonQuery(session.role)
  const soon = useQuery({ queryKey: ['tasks', 'count', query], queryFn: ({ signal }) => countTasks(query, signal) })
  const figures = computed(() => {
    const counted = home.data.value?.figures ?? []
    const value = soon.data.value?.total
    const due = {
      key: 'due_soon' as const,
      value: value ?? 0,
      change: null,
      query: new URLSearchParams(query).toString(),
    }
    return figuresOf(session.role, value === undefined ? counted : [...counted, due])
  })
  /** Figures come together, not one after the other. */
  const pending = computed(() => home.isPending.value || soon.isPending.value)
  return { home, figures, pending }
}
