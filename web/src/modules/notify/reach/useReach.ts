import { useQuery } from '@tanstack/vue-query'
import { computed, ref, toValue, type MaybeRefOrGetter } from 'vue'
import type { Reached } from '@/api/types'
import { explain, fieldErrors } from '@/lib/problems'
import { queryClient } from '@/lib/query'
import * as api from './api'
import { reachOf } from './model'

const KEY = ['reach']
const POLL_MS = 3000

/** How the reader is reached; asked again and again while something is waited for. */
export function useReach(waiting: MaybeRefOrGetter<boolean> = false) {
  const query = useQuery({
    queryKey: KEY,
    queryFn: api.myAddresses,
    refetchInterval: computed(() => (toValue(waiting) ? POLL_MS : false)),
  })
  const reach = computed(() => query.data.value && reachOf(query.data.value))
  return { query, reach }
}

/** Changes it: every answer is how things stand then. */
export function useReachForm() {
  const busy = ref(false)
  const failed = ref('')
  const errors = ref<Record<string, string>>({})

  async function send(run: () => Promise<Reached>): Promise<Reached | null> {
    if (busy.value) return null
    busy.value = true
    failed.value = ''
    errors.value = {}
    try {
      const reached = await run()
      queryClient.setQueryData(KEY, reached)
      return reached
    } catch (cause) {
      errors.value = fieldErrors(cause)
      if (!Object.keys(errors.value).length) failed.value = explain(cause)
      // Somebody else, or oneself elsewhere, may have been faster.
      void queryClient.invalidateQueries({ queryKey: KEY })
      return null
    } finally {
      busy.value = false
    }
  }
  return { busy, failed, errors, send }
}
