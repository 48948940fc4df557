import { toValue, watch, type MaybeRefOrGetter } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { Problem } from '@/api/client'
import { toast } from '@/lib/toast'
import { left, type useTask } from '../composables/useTasks'

/**
 * A task that was shown and is no longer to be seen, by one's own act (a task sent back, handed on) or by that of somebody else:
 * its page gives way to the to-do. One that was never shown keeps its page, which says why there is nothing.
 */
export function useLeft(id: MaybeRefOrGetter<string>, query: ReturnType<typeof useTask>): void {
  const { t } = useI18n()
  const router = useRouter()
  watch(
    () => {
      if (left.has(toValue(id))) return 'own'
      const error = query.error.value
      return query.data.value && error instanceof Problem && error.status === 404 ? 'other' : ''
    },
    (why) => {
      if (!why) return
      // What one did oneself has been said.
      if (why === 'other') toast(t('tasks.missing.left'))
      void router.replace({ name: 'todo' })
    },
    { immediate: true },
  )
}
