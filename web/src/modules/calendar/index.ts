export { useWorkdays } from './composables/useWorkdays'
export const CalendarPage = () => import('./pages/CalendarPage.vue')
