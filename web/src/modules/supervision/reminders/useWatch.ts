import { useQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import * as api from './api'

/** Asked again by itself: whoever has the page open watches. */
export const useLookoutState = () =>
  useQuery({ queryKey: ['lookout'], queryFn: api.lookoutState, refetchInterval: 15_000 })

export const useDemoClock = () => useQuery({ queryKey: ['demo-clock'], queryFn: api.demoClock })

export const useTaskReminders = (taskId: MaybeRefOrGetter<string>, enabled: MaybeRefOrGetter<boolean>) =>
  useQuery({
    queryKey: computed(() => ['reminders', toValue(taskId)]),
    queryFn: () => api.taskReminders(toValue(taskId)),
    enabled: computed(() => toValue(enabled)),
  })
