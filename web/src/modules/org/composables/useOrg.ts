import { useInfiniteQuery, useQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import * as api from '../api'

export const useUnits = () =>
  useQuery({ queryKey: ['units'], queryFn: api.listUnits, staleTime: 5 * 60_000, select: (data) => data.items })

export function usePeopleOf(unitId: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => ['people-of', toValue(unitId)]),
    queryFn: () => api.peopleOf(toValue(unitId)),
    enabled: computed(() => !!toValue(unitId)),
    staleTime: 5 * 60_000,
    select: (data) => data.items,
  })
}

export function usePersons(q: MaybeRefOrGetter<string>, unitId: MaybeRefOrGetter<string>) {
  return useInfiniteQuery({
    queryKey: computed(() => ['persons', toValue(q), toValue(unitId)]),
    queryFn: ({ pageParam }) =>
      api.listPersons({ q: toValue(q), unit_id: toValue(unitId), cursor: pageParam, limit: 50 }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
  })
}
