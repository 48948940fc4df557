export * from './model'
export { useMarkRead, useMessages, useUnread } from './composables/useInbox'
export { useLive } from './composables/useLive'
export const InboxPage = () => import('./pages/InboxPage.vue')
