import { VueQueryPlugin } from '@tanstack/vue-query'
import { createPinia, setActivePinia } from 'pinia'
import { createApp } from 'vue'
import { createMemoryHistory, createRouter, RouterView } from 'vue-router'
import { i18n } from '@/i18n'
import { queryClient } from '@/lib/query'

const nothing = { render: () => null }

/** For tests: runs the setup of a page amid what every page has around it. Before it `first` may sign somebody in. */
export async function openPage<T>(setup: () => T, first: () => void = () => undefined) {
  const pinia = createPinia()
  setActivePinia(pinia)
  first()
  queryClient.clear()
  let made: T | undefined
  const page = {
    setup() {
      made = setup()
      return () => null
    },
  }
  const of = (name: string) => ({ path: `/${name}/:id`, name, component: nothing })
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/', component: page },
      { path: '/sign-in', component: nothing, meta: { open: true } },
      ...['task', 'edit', 'decompose'].map(of),
    ],
  })
  const app = createApp(RouterView).use(pinia).use(i18n).use(router).use(VueQueryPlugin, { queryClient })
  await router.isReady()
  app.mount(document.createElement('div'))
  return { made: made as T, router, close: () => app.unmount() }
}
