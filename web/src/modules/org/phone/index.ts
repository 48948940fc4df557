export { default as UnitField } from './UnitField.vue'
export { default as PersonField } from './PersonField.vue'
export const UnitPage = () => import('./UnitPage.vue')
export const PersonPage = () => import('./PersonPage.vue')
