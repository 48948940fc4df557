import { withLateWords } from '@/i18n'

export const BurdenPage = withLateWords(() => import('./BurdenPage.vue'))
