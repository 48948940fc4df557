import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, ref, toValue, watch, type MaybeRefOrGetter } from 'vue'
import { readDeadline } from '../api'

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
