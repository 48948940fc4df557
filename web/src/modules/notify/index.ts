export * from './model'
export { useMarkRead, useUnread } from './composables/useInbox'
export { useLive } from './composables/useLive'
