export { default as ArchivePanel } from './components/ArchivePanel.vue'
