export const BoardPage = () => import('./BoardPage.vue')
