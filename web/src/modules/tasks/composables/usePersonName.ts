import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { readPersonGlance } from '@/modules/org'

/** The name behind the one person a filter may speak of. */
export function usePersonName(other: () => Readonly<Record<string, string>>): (id: string) => string {
  const id = computed(() => {
    const said = other()
    const ids = ['charge_leader', 'handler_id', 'helper_id'].map((name) => said[name])
    return ids.find((one) => one && one !== 'none') ?? ''
  })
  const query = useQuery({
    queryKey: computed(() => ['glance', 'person', id.value]),
    queryFn: () => readPersonGlance(id.value),
    enabled: computed(() => !!id.value),
  })
  return (asked) => (asked === id.value ? (query.data.value?.person.name ?? '…') : '…')
}
