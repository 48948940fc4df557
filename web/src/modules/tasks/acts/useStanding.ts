import { computed, ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { StandingDecision, TaskDetail } from '@/api/types'
import { toast } from '@/lib/toast'
import { reviewStanding } from '../again/api'
import { dueInput } from '../setting/form'
import { useKeptSubmit } from './useKeptSubmit'

/** The quarterly word on a task without an end: it goes on, it gets an end, or it is to be ended. */
export function useStanding(props: { detail: TaskDetail }, close: () => void) {
  const { t } = useI18n()
  const decision = ref<StandingDecision>('keep')
  const text = ref('')
  const due = ref('')
  const form = useKeptSubmit(() => props.detail.task.id, 'review_standing', { decision, text, due })
  form.follow({ text, due: () => [due.value, decision.value] })
  const options = computed(() =>
    (['keep', 'set_end', 'end'] as const).map((value) => ({
      value,
      label: t(`again.review.${value}`),
      note: t(`again.review.${value}Note`),
    })),
  )
  async function submit(): Promise<void> {
    const faults: Record<string, string> = {}
    if (decision.value === 'end' && !text.value.trim())
      faults['text'] = t('common.error.empty', { what: t('again.review.text') })
    if (decision.value === 'set_end' && !due.value.trim())
      faults['due'] = t('common.error.empty', { what: t('tasks.columns.due') })
    form.errors.value = faults
    if (Object.keys(faults).length) return
    const { id, version } = props.detail.task
    const body = {
      version,
      decision: decision.value,
      text: text.value.trim(),
      due: decision.value === 'set_end' ? dueInput(due.value) : null,
    }
    if (!(await form.submit((key) => reviewStanding(id, body, key)))) return
    toast(t('again.review.done'))
    close()
  }
  return { form, decision, text, due, options, submit }
}
