import '@/ui/tokens.css'
import '@/ui/base.css'
import { VueQueryPlugin } from '@tanstack/vue-query'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { createRouter, createWebHistory } from 'vue-router'
import { guard } from '@/app/guard'
import { i18n, startLocale } from '@/i18n'
import { queryClient } from '@/lib/query'
import { startTheme } from '@/lib/theme'
import { PasswordPage, SignInPage } from '@/modules/access'
import PhoneApp from './PhoneApp.vue'

startTheme()
void startLocale()

const router = createRouter({
  history: createWebHistory('/m'),
  routes: [
    { path: '/sign-in', component: SignInPage, meta: { open: true, title: 'access.signIn' } },
    { path: '/password', component: PasswordPage, meta: { title: 'access.change.title' } },
    { path: '/:path(.*)*', component: () => import('./PhoneStart.vue') },
  ],
})
const app = createApp(PhoneApp)
app.use(createPinia())
app.use(VueQueryPlugin, { queryClient })
app.use(i18n)
guard(router)
app.use(router)
app.mount('#app')
