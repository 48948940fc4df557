import { useQuery } from '@tanstack/vue-query'
import * as api from './api'

export const REMINDER_RULES = ['reminder-rules']
export const useReminderRules = () => useQuery({ queryKey: REMINDER_RULES, queryFn: api.readReminderRules })
