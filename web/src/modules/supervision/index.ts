import { defineAsyncComponent } from 'vue'
import { withLateWords } from '@/i18n'

export * from './api'
export * from './model'
export { default as UrgeThread } from './components/UrgeThread.vue'
/** Fetched with the task's page, on the desk and on the phone. */
export const TaskReminders = defineAsyncComponent(withLateWords(() => import('./reminders/TaskReminders.vue')))
export const ReminderRulesPage = withLateWords(() => import('./pages/ReminderRulesPage.vue'))
/** Whether it keeps its watch, in a sentence. */
export const WatchNow = defineAsyncComponent(withLateWords(() => import('./components/WatchNow.vue')))
export const WatchPage = withLateWords(() => import('./pages/WatchPage.vue'))
/** The same on the task's page, the desk's and the phone's. */
export const TaskOrders = defineAsyncComponent(withLateWords(() => import('./orders/TaskOrders.vue')))
export const OrdersPage = withLateWords(() => import('./pages/OrdersPage.vue'))
export const OrderPage = withLateWords(() => import('./pages/OrderPage.vue'))
export const OrderRulesPage = withLateWords(() => import('./pages/OrderRulesPage.vue'))
export const UrgesPage = () => import('./pages/UrgesPage.vue')
export const UrgeDialog = defineAsyncComponent(() => import('./components/UrgeDialog.vue'))
export const InstructDialog = defineAsyncComponent(withLateWords(() => import('./components/InstructDialog.vue')))
export const ReplyDialog = defineAsyncComponent(() => import('./components/ReplyDialog.vue'))
