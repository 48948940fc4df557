import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, ref, toValue, watch, type MaybeRefOrGetter } from 'vue'
import type { AlikeInput, ForecastInput } from '@/api/types'
import { findAlike, foresee } from '../api'

/** What was written last, once nobody writes any more. */
export function settled<T>(input: MaybeRefOrGetter<T>) {
  const still = ref(JSON.stringify(toValue(input)))
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(
    () => JSON.stringify(toValue(input)),
    (now) => {
      clearTimeout(timer)
      timer = setTimeout(() => (still.value = now), 500)
    },
  )
  return computed(() => JSON.parse(still.value) as T)
}

/** Open tasks that ask for something alike. Whoever cannot be told goes on without. */
export function useAlike(input: MaybeRefOrGetter<AlikeInput | null>) {
  const asked = settled(input)
  const query = useQuery({
    queryKey: computed(() => ['tasks', 'alike', asked.value]),
    queryFn: () => findAlike(asked.value as AlikeInput),
    enabled: computed(() => !!asked.value),
    placeholderData: keepPreviousData,
    retry: false,
  })
  return computed(() => (asked.value ? query.data.value : undefined))
}

/** What the handlers would owe a week. */
export function useForecast(input: MaybeRefOrGetter<ForecastInput | null>) {
  const asked = settled(input)
  const query = useQuery({
    queryKey: computed(() => ['tasks', 'forecast', asked.value]),
    queryFn: () => foresee(asked.value as ForecastInput),
    enabled: computed(() => !!asked.value),
    placeholderData: keepPreviousData,
    retry: false,
  })
  return computed(() => (asked.value ? query.data.value : undefined))
}
