import { withLateWords } from '@/i18n'

export const UrgesPage = () => import('./UrgesPage.vue')
export const OrdersPage = withLateWords(() => import('./OrdersPage.vue'))
export const InterviewsPage = withLateWords(() => import('./InterviewsPage.vue'))
export const OrderPage = withLateWords(() => import('./OrderPage.vue'))
/** Forms of the action page, fetched with it. */
export const UrgeForm = async () => (await import('./UrgeForm.vue')).default
export const InstructForm = async () => (await withLateWords(() => import('./InstructForm.vue'))()).default
export const ReplyForm = async () => (await import('./ReplyForm.vue')).default
/** Of what a task that is being written will be reminded. */
export const ReminderHint = async () => (await withLateWords(() => import('./ReminderHint.vue'))()).default
