import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/vue-query'
import { computed, ref, toValue, type MaybeRefOrGetter } from 'vue'
import { useI18n } from 'vue-i18n'
import { Problem } from '@/api/client'
import { uuid } from '@/lib/id'
import { explain, fieldErrors } from '@/lib/problems'
import { queryClient } from '@/lib/query'
import * as api from './api'
import { ordersQuery, type OrderFilter } from './model'

/** Orders that a person may see, the latest first, page after page. */
export function useOrderList(filter: MaybeRefOrGetter<OrderFilter>) {
  const query = useInfiniteQuery({
    queryKey: computed(() => ['orders', 'list', ordersQuery(toValue(filter))]),
    queryFn: ({ pageParam }) => api.listOrders({ ...ordersQuery(toValue(filter)), cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    placeholderData: keepPreviousData,
  })
  const orders = computed(() => query.data.value?.pages.flatMap((page) => page.items) ?? [])
  return { query, orders }
}

export const useOrder = (id: MaybeRefOrGetter<string>) =>
  useQuery({ queryKey: computed(() => ['orders', 'one', toValue(id)]), queryFn: () => api.readOrder(toValue(id)) })

export const useTaskOrders = (taskId: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: computed(() => ['orders', 'task', toValue(taskId)]),
    queryFn: () => api.taskOrders(toValue(taskId)),
  })

export const useInterviews = (enabled: MaybeRefOrGetter<boolean>) =>
  useQuery({
    queryKey: ['orders', 'interviews'],
    queryFn: api.listInterviews,
    enabled: computed(() => toValue(enabled)),
  })

/** Sends one intention; keeps what was typed whatever the answer. */
export function useSending() {
  const { t } = useI18n()
  const busy = ref(false)
  const failed = ref('')
  const errors = ref<Record<string, string>>({})
  let key = uuid()
  const changed = () =>
    Promise.all(
      ['orders', 'todo', 'task', 'timeline', 'messages'].map((name) =>
        queryClient.invalidateQueries({ queryKey: [name] }),
      ),
    )
  async function send<T>(run: (key: string) => Promise<T>): Promise<T | null> {
    if (busy.value) return null
    busy.value = true
    failed.value = ''
    errors.value = {}
    try {
      const answer = await run(key)
      key = uuid()
      void changed()
      return answer
    } catch (cause) {
      const problem = cause instanceof Problem ? cause : null
      // The line or the server broke: the same intention may be said again. A refusal ends it.
      if (problem && problem.status >= 400 && problem.status < 500) key = uuid()
      errors.value = fieldErrors(cause)
      failed.value = problem?.isStale ? t('orders.stale') : explain(cause)
      if (problem?.status === 409) void changed()
      return null
    } finally {
      busy.value = false
    }
  }
  return { busy, failed, errors, send }
}
