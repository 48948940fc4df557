import { withLateWords } from '@/i18n'

export { default as UnitField } from './UnitField.vue'
export { default as PersonField } from './PersonField.vue'
export const UnitPage = () => import('./UnitPage.vue')
export const PersonPage = () => import('./PersonPage.vue')
export const DelegationPage = withLateWords(() => import('./DelegationPage.vue'))
