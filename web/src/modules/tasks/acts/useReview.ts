import { computed, ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { TaskDetail } from '@/api/types'
import { toast } from '@/lib/toast'
import { reviewReport } from '../api'
import { isSummed, openReport } from '../duties'
import { useKeptSubmit } from './useKeptSubmit'

/** Accepting a report, with the progress that holds, or sending it back with words. */
export function useReview(props: { detail: TaskDetail; target?: string }, close: () => void) {
  const { t } = useI18n()
  const report = computed(() => openReport(props.detail, props.target))
  const decision = ref<'accept' | 'send_back'>('accept')
  const verified = ref(report.value?.claimed_progress ?? 0)
  const text = ref('')
  const form = useKeptSubmit(() => props.detail.task.id, `review.${report.value?.id}`, { decision, verified, text })
  form.follow({ text: () => [text.value, decision.value], verified_progress: verified })
  const summed = computed(() => isSummed(props.detail))

  async function submit(): Promise<void> {
    if (decision.value === 'send_back' && !text.value.trim()) {
      form.errors.value = { text: t('common.error.empty', { what: t('tasks.review.why') }) }
      return
    }
    const id = report.value?.id
    if (!id) return
    const body = {
      decision: decision.value,
      ...(decision.value === 'accept' && !summed.value ? { verified_progress: verified.value } : {}),
      ...(text.value.trim() ? { text: text.value.trim() } : {}),
    }
    if (!(await form.submit((key) => reviewReport(id, body, key)))) return
    toast(t('tasks.done.review'))
    close()
  }
  return { form, report, decision, verified, text, summed, submit }
}
