import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, type MaybeRefOrGetter } from 'vue'
import type { ForecastInput } from '@/api/types'
import { foresee } from '../api'
import { settled } from '../composables/useBefore'
import { summed } from './summed'

/** Of so many at most: each is a question of its own to the server. */
const MANY = 20
/** What the handlers would owe a week if all this is asked for at once. */
export function useForecasts(inputs: MaybeRefOrGetter<ForecastInput[]>) {
  const asked = settled(inputs)
  const query = useQuery({
    queryKey: computed(() => ['tasks', 'forecasts', asked.value]),
    queryFn: async () => {
      // Of a task one may ask nothing of, nothing is foreseen, either.
      const answers = await Promise.allSettled(asked.value.map(foresee))
      return summed(answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))) ?? null
    },
    enabled: computed(() => asked.value.length > 0 && asked.value.length <= MANY),
    placeholderData: keepPreviousData,
    retry: false,
  })
  return computed(() => (asked.value.length ? query.data.value : undefined))
}
