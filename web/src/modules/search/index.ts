export { search } from './api'
export { default as MarkedText } from './components/MarkedText.vue'

export const SearchPage = () => import('./pages/SearchPage.vue')
