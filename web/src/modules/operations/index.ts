export * from './model'
export { readHome } from './api'
export { useHome } from './composables/useHome'
export const HomePage = () => import('./pages/HomePage.vue')
export const ImportPage = () => import('./pages/ImportPage.vue')
