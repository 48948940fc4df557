import { onUnmounted, ref, toValue, watch, type MaybeRefOrGetter } from 'vue'
import { useI18n } from 'vue-i18n'
import type { AlikeRow, TaskImport } from '@/api/types'
import { findAlikeRows } from '../api'

/** By row of a ledger, the open task it is alike to; found some rows at a time. Where that fails one goes on without. */
export function useAlikeRows(ledger: MaybeRefOrGetter<TaskImport>) {
  const { locale } = useI18n()
  const found = ref<ReadonlyMap<number, AlikeRow>>(new Map())
  const looking = ref(false)
  let turn = 0

  async function look(id: string, first: boolean) {
    const mine = ++turn
    const next = new Map<number, AlikeRow>()
    looking.value = true
    try {
      for (let after: number | null | undefined = 0; after != null;) {
        const page = await findAlikeRows(id, after)
        if (mine !== turn) return
        for (const item of page.items) next.set(item.row, item)
        // What stood there stays until all is known anew.
        if (first) found.value = new Map(next)
        after = page.next
      }
      found.value = next
    } catch {
      // It is no more than a hint.
    }
    if (mine === turn) looking.value = false
  }

  watch(
    // What a row is like is said by the server, in the language of the page.
    () => [toValue(ledger).id, toValue(ledger).version, locale.value] as const,
    ([id], before) => void look(id, before?.[0] !== id),
    { immediate: true },
  )
  onUnmounted(() => turn++)
  return { found, looking }
}
