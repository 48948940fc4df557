import { withLateWords } from '@/i18n'

export const ReachPage = withLateWords(() => import('./ReachPage.vue'))
