import { useQuery } from '@tanstack/vue-query'
import { toValue, type MaybeRefOrGetter } from 'vue'
import * as api from './api'

export const REMINDER_RULES = ['reminder-rules']
export const useReminderRules = (enabled: MaybeRefOrGetter<boolean> = true) =>
  useQuery({ queryKey: REMINDER_RULES, queryFn: api.readReminderRules, enabled: () => toValue(enabled) })
