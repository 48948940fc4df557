import '@/ui/tokens.css'
import '@/ui/base.css'
import '@/ui/print.css'
import 'element-plus/theme-chalk/dark/css-vars.css'
import '@/ui/desk/element.css'
import { VueQueryPlugin } from '@tanstack/vue-query'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { createRouter, createWebHistory } from 'vue-router'
import { i18n, startLocale } from '@/i18n'
import { queryClient } from '@/lib/query'
import { askWhenSecret } from '@/lib/secret'
import { startTheme } from '@/lib/theme'
import App from './App.vue'
import { guard } from './guard'
import { routes } from './routes'
import { betterOnPhone } from './toPhone'

startTheme()
askWhenSecret()

const router = createRouter({
  history: createWebHistory(),
  routes,
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})
const app = createApp(App)
app.use(createPinia())
app.use(VueQueryPlugin, { queryClient })
app.use(i18n)
// Before anything of a page is loaded: an address that was sent to somebody opens on whatever they hold.
const better = betterOnPhone()
if (better) location.replace(better)
else {
  guard(router)
  app.use(router)
  // The first requests already say in which language they are to be answered.
  void startLocale().finally(() => app.mount('#app'))
}
