import { defineAsyncComponent } from 'vue'
import { withLateWords } from '@/i18n'

export * from './model'
export * from './api'
export * from './composables/useTasks'
export { useSubmit } from './composables/useSubmit'
export { keepFields, useKeptSubmit } from './acts/useKeptSubmit'
export { useDeadline } from './composables/useDeadline'
export { default as TaskLine } from './components/TaskLine.vue'
export { default as LampWord } from './components/LampWord.vue'
export { default as DueWords } from './components/DueWords.vue'
export { default as PrintHead } from './components/PrintHead.vue'
export { default as DutyLine } from './components/DutyLine.vue'

/** Opens whatever dialog an action needs; desk only, so it comes when it is needed. */
export const ActionHost = defineAsyncComponent(() => import('./components/ActionHost.vue'))
/** The frame of every dialog about a task: errors, conflict, one button. */
export const TaskDialog = defineAsyncComponent(() => import('./components/TaskDialog.vue'))

export const TaskListPage = () => import('./pages/TaskListPage.vue')
export const TaskPage = () => import('./pages/TaskPage.vue')
export const TaskNewPage = () => import('./pages/TaskNewPage.vue')
export const TaskEditPage = () => import('./pages/TaskEditPage.vue')
export const DecomposePage = () => import('./pages/DecomposePage.vue')
export const TodoPage = () => import('./pages/TodoPage.vue')
export const TemplatesPage = () => import('./pages/TemplatesPage.vue')
export const TemplatePage = () => import('./pages/TemplatePage.vue')
export const SeriesListPage = () => import('./pages/SeriesListPage.vue')
export const SeriesNewPage = () => import('./pages/SeriesNewPage.vue')
export const SeriesPage = () => import('./pages/SeriesPage.vue')
export const KindsPage = () => import('./pages/KindsPage.vue')
export const RulesPage = withLateWords(() => import('./pages/RulesPage.vue'))
