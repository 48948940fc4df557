import { keepPreviousData, useInfiniteQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import type { HitKind } from '@/api/types'
import { search } from '../api'

/** Everything a question finds, page by page. Tasks that change make the answers be asked for again. */
export function useSearch(q: MaybeRefOrGetter<string>, kind: MaybeRefOrGetter<HitKind | ''>) {
  const query = useInfiniteQuery({
    queryKey: computed(() => ['tasks', 'found', toValue(q), toValue(kind)]),
    queryFn: ({ pageParam, signal }) => search({ q: toValue(q), kind: toValue(kind), cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    enabled: computed(() => toValue(q).length > 0),
    placeholderData: keepPreviousData,
  })
  const hits = computed(() => (toValue(q) ? (query.data.value?.pages.flatMap((page) => page.items) ?? []) : []))
  return { query, hits }
}
