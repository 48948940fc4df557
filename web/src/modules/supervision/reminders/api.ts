import { get, post } from '@/api/client'
import type {
  DemoClock,
  LookoutState,
  ReminderRules,
  ReminderRulesInput,
  ReminderRulesView,
  ReminderTrial,
  TaskReminders,
} from '@/api/types'

export const readReminderRules = () => get<ReminderRulesView>('/reminder-rules')
export const writeReminderRules = (body: ReminderRulesInput, key: string) =>
  post<ReminderRulesView>('/reminder-rules', body, key)
/** `month` is any day of the month to be worked out. */
export const tryReminderRules = (rules: ReminderRules, month: string) =>
  post<ReminderTrial>('/reminder-rules/trials', { rules, month })
export const taskReminders = (taskId: string) => get<TaskReminders>(`/tasks/${taskId}/reminders`)
export const lookoutState = () => get<LookoutState>('/reminders/state')
export const demoClock = () => get<DemoClock>('/demo/clock')
export const moveDemoClock = (hours: number) => post<DemoClock>('/demo/clock', { hours })
