export { useSession } from './session'
export * from './model'

export const SignInPage = () => import('./pages/SignInPage.vue')
export const PasswordPage = () => import('./pages/PasswordPage.vue')
