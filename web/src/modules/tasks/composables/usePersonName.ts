import { useQueries } from '@tanstack/vue-query'
import { computed } from 'vue'
import { readPersonGlance } from '@/modules/org'

/** The names behind the persons a filter may speak of. */
export function usePersonName(other: () => Readonly<Record<string, string>>): (id: string) => string {
  const ids = computed(() => {
    const said = other()
    const named = ['charge_leader', 'handler_id', 'helper_id'].flatMap((name) => said[name] ?? [])
    return [...new Set(named.filter((one) => one && one !== 'none'))]
  })
  const queries = useQueries({
    queries: computed(() =>
      ids.value.map((id) => ({ queryKey: ['glance', 'person', id], queryFn: () => readPersonGlance(id) })),
    ),
  })
  return (asked) => queries.value[ids.value.indexOf(asked)]?.data?.person.name ?? '…'
}
