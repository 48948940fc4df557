export { useYear } from './composables/useCalendar'
export { kindOf, works, yearOf, type DayKind } from './model'
export { useWorkdays } from './composables/useWorkdays'
export const CalendarPage = () => import('./pages/CalendarPage.vue')
