export const BoardPage = () => import('./BoardPage.vue')
export const ProgressPage = () => import('./ProgressPage.vue')
export const OverduePage = () => import('./OverduePage.vue')
