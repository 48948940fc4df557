import { keepPreviousData, useInfiniteQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
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
  return { query, urges }
}
