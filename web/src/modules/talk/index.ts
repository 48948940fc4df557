import { defineAsyncComponent } from 'vue'

export { readInbox, sendComment } from './api'
export * from './model'
export * from './quoting'
export { useComments, useSeen } from './composables/useTalk'
export { default as NoteCard } from './components/NoteCard.vue'
export { default as CommentCard } from './components/CommentCard.vue'
export { default as StarsTag } from './components/StarsTag.vue'
export { default as WatchMenu } from './components/WatchMenu.vue'
export { default as FollowButton } from './components/FollowButton.vue'
/** Desk components come when they are needed, so that nobody else carries Element Plus. */
export const CommentBox = defineAsyncComponent(() => import('./components/CommentBox.vue'))
export const RateDialog = defineAsyncComponent(() => import('./components/RateDialog.vue'))
export const UnitNotes = defineAsyncComponent(() => import('./components/UnitNotes.vue'))
export const InboxPage = () => import('./pages/InboxPage.vue')
