export { useSession } from './session'
export { whileInUse } from './inUse'
export { useRulesReader } from './rules'
export * from './model'

export const SignInPage = () => import('./pages/SignInPage.vue')
export const PasswordPage = () => import('./pages/PasswordPage.vue')
