import { defineAsyncComponent } from 'vue'

export * from './model'
export { peopleOf } from './api'
export { usePeopleOf, useUnits } from './composables/useOrg'
/** Desk components come when they are needed, so that nobody else carries Element Plus. */
export const UnitPicker = defineAsyncComponent(() => import('./components/UnitPicker.vue'))
export const PersonPicker = defineAsyncComponent(() => import('./components/PersonPicker.vue'))
export const OrgPage = () => import('./pages/OrgPage.vue')
