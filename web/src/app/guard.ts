import { watch } from 'vue'
import type { Router } from 'vue-router'
import { onSignedOut } from '@/api/client'
import { i18n } from '@/i18n'
import { OWNER, reader } from '@/lib/offline'
import { toast } from '@/lib/toast'
import { useSession, whileInUse } from '@/modules/access'

/** Nobody passes unsigned, nobody works on with an initial password. Shared by both shells. */
export function guard(router: Router): void {
  router.beforeEach(async (to) => {
    const session = useSession()
    if (to.meta.open) return session.me && to.path === '/sign-in' ? '/' : true
    const me = await session.load().catch(() => null)
    if (!me) return { path: '/sign-in', query: to.fullPath === '/' ? {} : { next: to.fullPath } }
    if (me.must_change_password && to.path !== '/password') return { path: '/password', query: { next: to.fullPath } }
    if (to.meta.may && !to.meta.may(me.roles)) return { name: 'missing', params: { path: ['forbidden'] } }
    return true
  })
  router.afterEach((to) => {
    const { t } = i18n.global
    document.title = to.meta.title ? `${t(to.meta.title)} · ${t('app.name')}` : t('app.name')
  })
  // After an update the old chunks are gone, without a line they do not come: say so instead of standing still.
  router.onError((error) => {
    if (/import|chunk|module|preload/i.test(String(error)))
      toast(i18n.global.t(navigator.onLine ? 'app.newVersion' : 'common.error.unread'), true)
  })
  window.addEventListener('online', () => void useSession().leave())
  const start = () => void router.replace('/').catch(() => undefined)
  window.addEventListener('storage', (event) => {
    if (event.key === OWNER && useSession().heardOf(reader())) start()
  })
  watch(
    () => useSession().me?.person.id,
    (here, _before, whenOver) => {
      if (here) whenOver(whileInUse(async () => (await useSession().refresh()) && start()))
    },
    { immediate: true },
  )
  onSignedOut(() => {
    useSession().forget(true)
    const at = router.currentRoute.value
    if (at.path !== '/sign-in') void router.replace({ path: '/sign-in', query: { next: at.fullPath } })
  })
}
