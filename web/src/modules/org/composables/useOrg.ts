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

/** Persons of a name, wherever they are. */
export function useFoundPersons(q: MaybeRefOrGetter<string>) {
  return useInfiniteQuery({
    queryKey: computed(() => ['persons', 'found', toValue(q)]),
    queryFn: ({ pageParam }) => api.listPersons({ q: toValue(q), cursor: pageParam, limit: 50 }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    enabled: computed(() => !!toValue(q)),
  })
}

export function usePersonsBelow(unitId: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => ['persons', 'below', toValue(unitId)]),
    queryFn: () => api.personsBelow(toValue(unitId)),
  })
}
