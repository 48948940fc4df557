export { default as UnitField } from './UnitField.vue'
export { default as PersonField } from './PersonField.vue'
