import { defineAsyncComponent } from 'vue'
import { withLateWords } from '@/i18n'

export * from './model'
export * from './glance'
export { peopleOf, readPersonGlance, readUnitGlance } from './api'
export { default as NameCard } from './components/NameCard.vue'
export { default as PhoneNumber } from './components/PhoneNumber.vue'
export { usePeopleOf, useUnits } from './composables/useOrg'
/** Desk components come when they are needed, so that nobody else carries Element Plus. */
export const UnitPicker = defineAsyncComponent(() => import('./components/UnitPicker.vue'))
/** Somebody from anywhere, by their unit. */
export const PersonByUnit = defineAsyncComponent(() => import('./components/PersonByUnit.vue'))
export const PersonPicker = defineAsyncComponent(() => import('./components/PersonPicker.vue'))
export const OrgPage = () => import('./pages/OrgPage.vue')
/** Who acts for the reader while they are away. */
export const DelegationPage = withLateWords(() => import('./pages/DelegationPage.vue'))
