export const InboxPage = () => import('./InboxPage.vue')
/** Forms of the action page, fetched with it. */
export const RateForm = async () => (await import('./RateForm.vue')).default
export const CommentForm = async () => (await import('./CommentForm.vue')).default
export { default as PhoneUnitNotes } from './PhoneUnitNotes.vue'
