import { useQuery } from '@tanstack/vue-query'
import { computed, ref, toValue, watch, type MaybeRefOrGetter } from 'vue'
import type { Bulk, BulkAction } from '@/api/types'
import { Problem } from '@/api/client'
import { recall, remember } from '@/lib/storage'
import { useSession } from '@/modules/access'
import { readBulk } from '../api'
import { tasksChanged } from './useTasks'

/** Where an action on many tasks stands, asked again until it is done. */
export function useBulk(id: MaybeRefOrGetter<string>) {
  const query = useQuery({
    queryKey: computed(() => ['bulk', toValue(id)]),
    queryFn: () => readBulk(toValue(id)),
    enabled: computed(() => !!toValue(id)),
    refetchInterval: ({ state }) => (state.data?.finished_at || state.error ? false : 1000),
    staleTime: 0,
  })
  watch(
    () => query.data.value?.finished_at,
    (finished, before) => {
      if (finished && before === null) tasksChanged()
    },
  )
  return query
}

interface Kept {
  id: string
  action: BulkAction
  total: number
}

/** The last one is remembered in this browser, so that it can be left and found again. */
export function useLastBulk() {
  const session = useSession()
  const key = `sbc.bulk.${session.me?.person.id}`
  const last = ref<Kept | null>(recall<Kept | null>(key, null))
  const keep = ({ id, action, total }: Pick<Bulk, 'id' | 'action' | 'total'>) => {
    last.value = { id, action, total }
    remember(key, last.value)
  }
  const forget = () => {
    last.value = null
    remember(key, null)
  }
  const query = useBulk(() => last.value?.id ?? '')
  watch(query.error, (error) => {
    // Swept away after a while: nothing to be found any more.
    if (error instanceof Problem && error.status === 404) forget()
  })
  const running = computed(() => !!query.data.value && query.data.value.finished_at === null)
  return { last, running, keep, forget }
}
