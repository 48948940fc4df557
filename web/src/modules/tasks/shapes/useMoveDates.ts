import { computed, ref, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import type { GanttRow } from '@/api/types'
import { explain, fieldErrors } from '@/lib/problems'
import { toast } from '@/lib/toast'
import { editTask } from '../api'
import { tasksChanged } from '../composables/useTasks'
import type { Span } from '../gantt'
import { reasonNeed } from '../setting/reason'

/** A bar that was pulled somewhere: asked about once, then handed to the same verb as every other change of a date. */
export function useMoveDates() {
  const { t } = useI18n()
  const asked = ref<{ row: GanttRow; to: Span } | null>(null)
  const busy = ref(false)
  const reason = ref('')
  const fault = ref('')
  /** The server asked for a reason: it may know better. */
  const told = ref(false)
  const need = computed(() => {
    if (!asked.value) return 'none'
    const { row, to } = asked.value
    return told.value ? 'must' : reasonNeed(row.task, { due_day: to.due })
  })
  watch(reason, () => (fault.value = ''))

  function ask(row: GanttRow, to: Span): void {
    if (asked.value?.row.task.id !== row.task.id) reason.value = ''
    fault.value = ''
    told.value = false
    asked.value = to.start === row.start_day && to.due === row.task.due_day ? null : { row, to }
  }
  async function confirm(): Promise<void> {
    const now = asked.value
    if (!now || busy.value) return
    const why = need.value === 'none' ? '' : reason.value.trim()
    if (need.value === 'must' && !why) {
      fault.value = t('common.error.empty', { what: t('tasks.form.reason') })
      return
    }
    busy.value = true
    const { task, start_day } = now.row
    try {
      await editTask(task.id, task.version, {
        ...(now.to.start === start_day ? {} : { start_day: now.to.start }),
        ...(now.to.due === task.due_day ? {} : { due: { day: now.to.due } }),
        ...(why ? { reason: why } : {}),
      })
      toast(t('views.gantt.moved'))
    } catch (error) {
      fault.value = fieldErrors(error)['reason'] ?? ''
      // Asked why, one can still say so.
      told.value = !!fault.value
      if (told.value) return
      // The bar goes back: what the server has is what is shown.
      toast(t('views.gantt.refused', { why: explain(error) }), true)
    } finally {
      busy.value = false
      if (!fault.value) {
        asked.value = null
        reason.value = ''
        tasksChanged(task.id)
      }
    }
  }
  return { asked, busy, reason, fault, need, ask, confirm, putBack: () => (asked.value = null) }
}
