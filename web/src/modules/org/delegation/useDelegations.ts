import { useQuery } from '@tanstack/vue-query'
import { ref } from 'vue'
import { get, post } from '@/api/client'
import type { Delegation, DelegationInput, Delegations } from '@/api/types'
import { uuid } from '@/lib/id'
import { explain, fieldErrors } from '@/lib/problems'
import { queryClient } from '@/lib/query'

/** How one stands on a day. */
export function standing(one: Delegation, today: string): 'holds' | 'ahead' | 'over' {
  if (one.holds) return 'holds'
  return !one.ended_at && one.from_day > today ? 'ahead' : 'over'
}

/** Who acts for a person, and for whom they act. */
export function useDelegations(person: string) {
  const KEY = ['delegations', person]
  const path = `/persons/${person}/delegations`
  const query = useQuery({ queryKey: KEY, queryFn: () => get<Delegations>(path) })
  const busy = ref(false)
  const failed = ref('')
  const errors = ref<Record<string, string>>({})
  // The same for every attempt at one thing: a repeated one is done once.
  let key = uuid()

  async function send(run: (key: string) => Promise<Delegations>): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    failed.value = ''
    errors.value = {}
    try {
      queryClient.setQueryData(KEY, await run(key))
      key = uuid()
      return true
    } catch (cause) {
      errors.value = fieldErrors(cause)
      if (!Object.keys(errors.value).length) failed.value = explain(cause)
      void queryClient.invalidateQueries({ queryKey: KEY })
      return false
    } finally {
      busy.value = false
    }
  }
  const begin = (input: DelegationInput) => send((key) => post<Delegations>(path, input, key))
  const end = (id: string) => send((key) => post<Delegations>(`/delegations/${id}/end`, {}, key))
  return { query, busy, failed, errors, begin, end }
}
