import { ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { GanttRow } from '@/api/types'
import { explain } from '@/lib/problems'
import { toast } from '@/lib/toast'
import { editTask } from '../api'
import type { Span } from '../gantt'
import { tasksChanged } from '../composables/useTasks'

/** A bar that was pulled somewhere: asked about once, then handed to the same verb as every other change of a date. */
export function useMoveDates() {
  const { t } = useI18n()
  const asked = ref<{ row: GanttRow; to: Span } | null>(null)
  const busy = ref(false)

  function ask(row: GanttRow, to: Span): void {
    asked.value = to.start === row.start_day && to.due === row.task.due_day ? null : { row, to }
  }
  async function confirm(): Promise<void> {
    const now = asked.value
    if (!now || busy.value) return
    busy.value = true
    const { task, start_day } = now.row
    try {
      await editTask(task.id, task.version, {
        ...(now.to.start === start_day ? {} : { start_day: now.to.start }),
        ...(now.to.due === task.due_day ? {} : { due: { day: now.to.due } }),
      })
      toast(t('views.gantt.moved'))
    } catch (error) {
      // The bar goes back: what the server has is what is shown.
      toast(t('views.gantt.refused', { why: explain(error) }), true)
    } finally {
      busy.value = false
      asked.value = null
      tasksChanged(task.id)
    }
  }
  return { asked, busy, ask, confirm, putBack: () => (asked.value = null) }
}
