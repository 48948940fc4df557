export const ChecksPage = () => import('./pages/ChecksPage.vue')
export const LibraryPage = () => import('./pages/LibraryPage.vue')
export { contentReport, contentUrl, previewUrl, uploadFile } from './api'
export { pastedFiles } from './components/paste'
export { extension, previewKind } from './model'
export { useUploads, type Upload } from './composables/useUploads'
export { default as FileList } from './components/FileList.vue'
export { default as FileUploader } from './components/FileUploader.vue'
