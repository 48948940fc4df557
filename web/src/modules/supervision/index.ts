import { defineAsyncComponent } from 'vue'

export * from './api'
export * from './model'
export { default as UrgeThread } from './components/UrgeThread.vue'
export const UrgesPage = () => import('./pages/UrgesPage.vue')
export const UrgeDialog = defineAsyncComponent(() => import('./components/UrgeDialog.vue'))
export const ReplyDialog = defineAsyncComponent(() => import('./components/ReplyDialog.vue'))
