export const SearchPage = () => import('./SearchPage.vue')
