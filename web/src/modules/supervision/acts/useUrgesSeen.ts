import { onScopeDispose, watch, type Ref } from 'vue'
import type { Urge } from '@/api/types'
import { listMessages, useMarkRead, useUnread } from '@/modules/notify'

/** The list shows whole questions and answers: what was written to oneself about them has been read then. */
export function useUrgesSeen(urges: Readonly<Ref<readonly Urge[]>>): void {
  const mark = useMarkRead()
  const unread = useUnread()
  let looking = false
  async function look(): Promise<void> {
    const shown = new Set(urges.value.map((urge) => urge.id))
    if (looking || !shown.size || !unread.value || document.visibilityState !== 'visible') return
    looking = true
    const page = await listMessages(true, null).catch(() => null)
    looking = false
    const ids = (page?.items ?? []).flatMap(({ id, urge_id }) => (urge_id && shown.has(urge_id) ? [id] : []))
    if (ids.length) mark.mutate({ ids })
  }
  const again = () => void look()
  watch([urges, unread], again, { immediate: true })
  document.addEventListener('visibilitychange', again)
  onScopeDispose(() => document.removeEventListener('visibilitychange', again))
}
