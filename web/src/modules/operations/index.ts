export * from './model'
export { readHome } from './api'
export { useHome } from './composables/useHome'
export const HomePage = () => import('./pages/HomePage.vue')
export const ProgressPage = () => import('./pages/ProgressPage.vue')
export const OverduePage = () => import('./pages/OverduePage.vue')
export const ImportPage = () => import('./pages/ImportPage.vue')
