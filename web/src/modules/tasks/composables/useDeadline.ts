import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, ref, toValue, watch, type MaybeRefOrGetter } from 'vue'
import { queryClient } from '@/lib/query'
import { readDeadline } from '../api'

const DAY = /^\d{4}-\d{2}-\d{2}$/
const asking = (text: string, from: string) => ({
  queryKey: ['deadline', text, from],
  queryFn: () => readDeadline(text, from),
  staleTime: Infinity,
})

/** The day the words mean, for whoever sends them before they were read; null where they name none. */
export async function dayIn(text: string, from = ''): Promise<string | null> {
  const words = text.trim()
  return !words || DAY.test(words) ? words || null : (await queryClient.fetchQuery(asking(words, from))).day
}

/** Reads a due date in words as it is typed. */
export function useDeadline(text: MaybeRefOrGetter<string>, from: MaybeRefOrGetter<string> = '') {
  const settled = ref(toValue(text).trim())
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(
    () => toValue(text),
    (now) => {
      clearTimeout(timer)
      timer = setTimeout(() => (settled.value = now.trim()), 250)
    },
  )
  const query = useQuery({
    queryKey: computed(() => ['deadline', settled.value, toValue(from)]),
    queryFn: () => readDeadline(settled.value, toValue(from)),
    enabled: computed(() => settled.value.length > 0),
    staleTime: Infinity,
    placeholderData: keepPreviousData,
    retry: false,
  })
  const reading = computed(() => (settled.value ? (query.data.value ?? null) : null))
  return {
    reading,
    error: query.error,
    pending: computed(() => settled.value !== toValue(text).trim() || query.isFetching.value),
  }
}
