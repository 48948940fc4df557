import '@/ui/tokens.css'
import '@/ui/base.css'
import '@/ui/phone/phone.css'
import { VueQueryPlugin } from '@tanstack/vue-query'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { createRouter, createWebHistory } from 'vue-router'
import { guard } from '@/app/guard'
import { i18n, startLocale } from '@/i18n'
import { keepWhatIsRead, line } from '@/lib/offline'
import { queryClient } from '@/lib/query'
import { askWhenSecret } from '@/lib/secret'
import { startTheme } from '@/lib/theme'
import { listenForInstall } from './install'
import PhoneApp from './PhoneApp.vue'
import { routes } from './routes'
import { startWorker } from './worker'

startTheme()
askWhenSecret()
keepWhatIsRead(() => void queryClient.invalidateQueries())
listenForInstall()

const router = createRouter({
  history: createWebHistory('/m'),
  routes,
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})
const app = createApp(PhoneApp)
app.use(createPinia())
app.use(VueQueryPlugin, { queryClient })
app.use(i18n)
guard(router)
// How old what one sees is: said of each page anew.
router.afterEach(() => {
  line.shown = null
})
app.use(router)
// The first requests already say in which language they are to be answered.
void startLocale().finally(() => app.mount('#app'))
startWorker()
