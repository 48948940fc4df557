import { defineAsyncComponent } from 'vue'
import { withLateWords } from '@/i18n'

export { alikeInput, forecastInput, type Asked } from './model'
/** What one should know before asking for more; fetched by forms, on the desk and on the phone. */
export const BeforeNote = defineAsyncComponent(withLateWords(() => import('./components/BeforeNote.vue')))
/** The same for one report asked of many tasks at once. */
export const BeforeMany = defineAsyncComponent(withLateWords(() => import('./components/BeforeMany.vue')))
export const BurdenPage = withLateWords(() => import('./pages/BurdenPage.vue'))
export const BurdenRulesPage = withLateWords(() => import('./pages/BurdenRulesPage.vue'))
export const StatementPage = withLateWords(() => import('./pages/StatementPage.vue'))
