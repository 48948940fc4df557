import { defineAsyncComponent } from 'vue'

export * from './api'
export * from './model'
export { default as UrgeThread } from './components/UrgeThread.vue'
/** Fetched with the task's page, on the desk and on the phone. */
export const TaskReminders = defineAsyncComponent(() => import('./reminders/TaskReminders.vue'))
export const ReminderRulesPage = () => import('./pages/ReminderRulesPage.vue')
export const WatchPage = () => import('./pages/WatchPage.vue')
export const UrgesPage = () => import('./pages/UrgesPage.vue')
export const UrgeDialog = defineAsyncComponent(() => import('./components/UrgeDialog.vue'))
export const ReplyDialog = defineAsyncComponent(() => import('./components/ReplyDialog.vue'))
