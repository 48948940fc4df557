import { computed, ref, watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { ReportInput, TaskDetail } from '@/api/types'
import { useSession } from '@/modules/access'
import { useSubmit } from '../composables/useSubmit'
import { reportingOf } from '../reporting'
import type { ReportDraft } from './reportDraft'

/** What a report is made of and what is amiss in it. Desk and phone keep their drafts and send it each in their own way. */
export function useReport(props: { detail: TaskDetail }, draft: Ref<ReportDraft>) {
  const { t } = useI18n()
  const form = useSubmit(() => props.detail.task.id)
  const session = useSession()
  const part = computed(() => reportingOf(props.detail, session.me?.person.id))
  const before = computed(() => part.value.before)
  const summed = computed(() => part.value.summed)
  const leads = computed(() => part.value.leads)
  const falls = computed(() => !summed.value && draft.value.progress < before.value)
  form.follow({
    text: () => draft.value.text,
    fall_reason: () => [draft.value.fall, draft.value.progress],
    claimed_progress: () => draft.value.progress,
  })
  /** Milestones and what is due are the leads' to answer. */
  const open = computed(() =>
    leads.value ? props.detail.milestones.filter((step) => !step.done_at && !step.reported) : [],
  )
  const node = computed(() => (leads.value ? props.detail.report_dues.find((due) => due.state === 'open') : undefined))
  const wider = ref(false)
  watch(
    () => draft.value.problem || draft.value.next,
    (said) => (wider.value ||= !!said),
    { immediate: true },
  )

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
    // A draft kept from before may name one that cannot be named any more.
    const reached = milestones.filter((id) => open.value.some((step) => step.id === id))
    if (reached.length) body.milestone_ids = reached
    return body
  }
  return { form, before, summed, leads, falls, open, node, wider, written }
}
