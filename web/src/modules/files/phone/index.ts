export { default as PhoneFiles } from './PhoneFiles.vue'
export { default as PhotoField } from './PhotoField.vue'
export { default as UploadField } from './UploadField.vue'
