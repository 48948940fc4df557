export const InboxPage = () => import('./InboxPage.vue')
