import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import * as api from './api'

export function useDeliveries(filter: MaybeRefOrGetter<api.DeliveryFilter>) {
  const query = useInfiniteQuery({
    queryKey: computed(() => ['deliveries', 'list', toValue(filter)]),
    queryFn: ({ pageParam }) => api.listDeliveries(toValue(filter), pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    placeholderData: keepPreviousData,
  })
  const rows = computed(() => query.data.value?.pages.flatMap((page) => page.items) ?? [])
  return { query, rows }
}

/** Asked again by itself: whoever has the page open watches. */
export const useDeliveriesState = () =>
  useQuery({ queryKey: ['deliveries', 'state'], queryFn: api.deliveriesState, refetchInterval: 30_000 })

export const useTaskDeliveries = (taskId: MaybeRefOrGetter<string>, enabled: MaybeRefOrGetter<boolean>) =>
  useQuery({
    queryKey: computed(() => ['deliveries', toValue(taskId)]),
    queryFn: () => api.taskDeliveries(toValue(taskId)),
    enabled: computed(() => toValue(enabled)),
  })
