import { useQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import * as api from '../api'

export const useCalendar = () => useQuery({ queryKey: ['calendar'], queryFn: api.readCalendar })

export function useYear(year: MaybeRefOrGetter<number>) {
  return useQuery({
    queryKey: computed(() => ['calendar', 'year', toValue(year)]),
    queryFn: () => api.readYear(toValue(year)),
    enabled: computed(() => toValue(year) > 0),
  })
}
