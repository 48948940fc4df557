import { computed, ref, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { ReportInput, TaskDetail } from '@/api/types'
import { isSummed } from '../duties'
import { useSubmit } from '../composables/useSubmit'

export interface ReportDraft {
  progress: number
  text: string
  problem: string
  next: string
  fall: string
  milestones: string[]
}
export const emptyReport = (progress: number): ReportDraft => ({
  progress,
  text: '',
  problem: '',
  next: '',
  fall: '',
  milestones: [],
})

export const hasWords = ({ text, problem, next }: ReportDraft) => !!(text || problem || next)
export const claimedBefore = ({ task }: TaskDetail) => Math.max(task.claimed_progress, task.progress)

/** What a report is made of and what is amiss in it. Desk and phone keep their drafts and send it each in their own way. */
export function useReport(props: { detail: TaskDetail }, draft: Ref<ReportDraft>) {
  const { t } = useI18n()
  const form = useSubmit(() => props.detail.task.id)
  const before = computed(() => claimedBefore(props.detail))
  const summed = computed(() => isSummed(props.detail))
  const falls = computed(() => !summed.value && draft.value.progress < before.value)
  form.follow({
    text: () => draft.value.text,
    fall_reason: () => [draft.value.fall, draft.value.progress],
    claimed_progress: () => draft.value.progress,
  })
  const open = computed(() => props.detail.milestones.filter((step) => !step.done_at && !step.reported))
  const node = computed(() => props.detail.report_dues.find((due) => due.state === 'open'))
  const wider = ref(!!(draft.value.problem || draft.value.next))

  /** The report, its files left out; null where something is amiss, which is shown then. */
  function written(): ReportInput | null {
    const { text, problem, next, fall, milestones } = draft.value
    const errors: Record<string, string> = {}
    if (!text.trim()) errors['text'] = t('common.error.empty', { what: t('tasks.report.text') })
    if (falls.value && !fall.trim()) errors['fall_reason'] = t('common.error.empty', { what: t('tasks.report.fall') })
    form.errors.value = errors
    if (Object.keys(errors).length) return null
    const claimed_progress = summed.value ? before.value : draft.value.progress
    const body: ReportInput = { claimed_progress, text: text.trim() }
    if (problem.trim()) body.problem = problem.trim()
    if (next.trim()) body.next_step = next.trim()
    if (falls.value) body.fall_reason = fall.trim()
    if (milestones.length) body.milestone_ids = milestones
    return body
  }
  return { form, before, summed, falls, open, node, wider, written }
}
