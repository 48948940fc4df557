import { keepPreviousData, useInfiniteQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import type { Urge } from '@/api/types'
import { listUrges, type UrgeFilter } from '../api'

/** Urges that a person may see, newest first, page after page. */
export function useUrges(filter: MaybeRefOrGetter<UrgeFilter>) {
  const query = useInfiniteQuery({
    queryKey: computed(() => ['urges', toValue(filter)]),
    queryFn: ({ pageParam }) => listUrges(toValue(filter), pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    placeholderData: keepPreviousData,
  })
  const urges = computed(() => query.data.value?.pages.flatMap((page) => page.items) ?? [])
  /** What the list holds once it has been read again from now on; null where it could not be. */
  async function reread(): Promise<readonly Urge[] | null> {
    const began = Date.now()
    const { data, dataUpdatedAt } = await query.refetch()
    return data && dataUpdatedAt >= began ? data.pages.flatMap((page) => page.items) : null
  }
  return { query, urges, reread }
}
