import { onScopeDispose, watch, type Ref } from 'vue'
import type { Urge } from '@/api/types'
import { listMessages, useMarkRead, useUnread } from '@/modules/notify'

/**
 * The list shows whole questions and answers: what was written to oneself about them has been read then. A message can be here before the
 * words that it tells of: only what the list holds after it was read again, with the message known, has been shown. No clock is asked,
 * for the server's and this one's differ.
 */
export function useUrgesSeen(
  urges: Readonly<Ref<readonly Urge[]>>,
  reread: () => Promise<readonly Urge[] | null>,
): void {
  const mark = useMarkRead()
  const unread = useUnread()
  let looking = false
  let missed = false
  const of = (shown: readonly Urge[]) => new Set(shown.map((urge) => urge.id))
  async function once(): Promise<void> {
    const page = await listMessages(true, null).catch(() => null)
    const about = (shown: Set<string>) =>
      (page?.items ?? []).flatMap(({ id, urge_id }) => (urge_id && shown.has(urge_id) ? [id] : []))
    if (!about(of(urges.value)).length) return
    const ids = about(of((await reread()) ?? []))
    if (ids.length) await mark.mutateAsync({ ids }).catch(() => undefined)
  }
  async function look(): Promise<void> {
    missed = looking
    if (looking) return
    looking = true
    do {
      missed = false
      if (urges.value.length && unread.value && document.visibilityState === 'visible') await once()
    } while (missed)
    looking = false
  }
  const again = () => void look()
  watch([urges, unread], again, { immediate: true })
  document.addEventListener('visibilitychange', again)
  onScopeDispose(() => document.removeEventListener('visibilitychange', again))
}
