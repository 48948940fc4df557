import { computed, ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { FileRef, TaskDetail } from '@/api/types'
import { shortDay } from '@/lib/dates'
import { useDraft } from '@/lib/draft'
import { mark } from '@/lib/marks'
import { explain } from '@/lib/problems'
import { toast } from '@/lib/toast'
import { useSession } from '@/modules/access'
import { useWorkdays } from '@/modules/calendar'
import { askFor } from '../api'
import {
  appealable,
  appealed,
  askInput,
  chainOf,
  emptyAsk,
  isEmptyAsk,
  missing,
  QUICK,
  type AskDraft,
  type AskKind,
} from '../requests'
import { dayIn, useDeadline } from '../composables/useDeadline'
import { useRules } from '../composables/useRules'
import { useSubmit } from '../composables/useSubmit'

export interface Asking {
  detail: TaskDetail
  action: AskKind
  target?: string
}

/** Asking for something on a task: the fields of its kind, what follows from them, and sending it. */
export function useAsk(props: Asking, close: () => void) {
  const { t } = useI18n()
  const session = useSession()
  const kind = props.action
  const { id } = props.detail.task
  const hints: Partial<Record<AskKind, string>> = {
    amend: t('requests.amendHint'),
    terminate: t('requests.duplicateHint'),
  }
  const form = useSubmit(() => id)
  const { waits } = props.detail
  const subjects = computed(() => appealable(props.detail))
  const fresh = (): AskDraft<FileRef> => ({
    ...emptyAsk<FileRef>(),
    // Who has waited mostly asks because of that.
    reason_class: kind === 'extend' && waits.length ? 'waiting' : '',
    subject_id: props.target ?? subjects.value[0]?.id ?? '',
  })
  const draft = ref(fresh())
  const of = [session.me?.person.id, id, kind, ...(props.target ? [props.target] : [])]
  const { restored, forget } = useDraft(`sbc.ask.${of.join('.')}`, draft, isEmptyAsk)
  // Words against one decision are none against another.
  const apt = kind !== 'recheck' || subjects.value.some((one) => one.id === draft.value.subject_id)
  if (!apt) draft.value = fresh()
  const kept = { restored: restored && apt, forget }
  const files = computed({ get: () => draft.value.files, set: (value) => (draft.value.files = value) })
  const uploading = ref(false)
  form.follow({
    reason: () => draft.value.reason,
    reason_class: () => draft.value.reason_class,
    new_day: () => draft.value.day,
    unit_id: () => draft.value.unit_id,
    basis: () => draft.value.basis,
    file_ids: () => draft.value.files,
  })

  /** An extension is counted from the present due day, everything else from today. */
  const due = computed(() => props.detail.task.due_day ?? '')
  const from = computed(() => (kind === 'extend' ? due.value : ''))
  const { reading } = useDeadline(() => draft.value.day, from)
  const workdays = useWorkdays(() => due.value || session.today)
  const quick = computed(() => QUICK.map((n) => ({ n, day: workdays.after(n) ?? '' })).filter((one) => one.day))
  /** What the day in the field means beside the one that holds now. */
  const gained = computed(() => {
    const day = shortDay(due.value, session.today)
    const to = reading.value?.day
    if (!due.value || !draft.value.day.trim() || !to) return t('requests.now', { day })
    if (to <= due.value) return t('requests.notLater', { day })
    const n = workdays.until(to)
    return n === null ? t('requests.now', { day }) : t('requests.gained', { n, day })
  })

  const chosen = computed({ get: () => draft.value.subject_id, set: (value) => (draft.value.subject_id = value) })
  const subject = computed(() => (kind === 'recheck' ? appealed(props.detail, chosen.value) : null))
  form.follow({ subject_id: chosen })

  const rules = useRules()
  /** What comes of it, and who decides. */
  const notes = computed(() => {
    const { children, task } = props.detail
    if (kind === 'recheck') return [t('requests.recheckBy')]
    const below = children.length
    const what =
      kind === 'terminate' && below ? t('requests.note.terminateN', { n: below }) : t(`requests.note.${kind}`)
    const list = waits.map(({ on, workdays: n }) => t('life.wait.one', { on, n })).join(mark('、'))
    const before = kind === 'extend' && list ? [t('life.wait.before', { list })] : []
    const known = rules.data.value?.rules
    if (!known) return [what, ...before]
    const chain = chainOf(kind, task.importance, known)
    return [what, ...before, t('requests.who', { who: t(`requests.chain.${chain}`) })]
  })

  const need = (field: ReturnType<typeof missing>[number]) => {
    if (field === 'basis') return t('common.error.empty', { what: t('requests.basis') })
    if (field === 'reason') return t('common.error.empty', { what: t(`requests.reason.${kind}`) })
    return t(`requests.need.${field}`)
  }

  async function submit(): Promise<void> {
    if (form.busy.value) return
    const faults = missing(kind, draft.value).map((field): [string, string] => [field, need(field)])
    form.errors.value = Object.fromEntries(faults)
    if (faults.length) return
    form.busy.value = true
    form.failed.value = ''
    const wants = kind === 'extend' || (kind === 'suspend' && !!draft.value.day.trim())
    const found = await dayIn(draft.value.day, from.value).catch((error: unknown) => {
      form.failed.value = explain(error)
      return ''
    })
    if (wants && found === null) form.errors.value = { new_day: t('requests.noDay') }
    form.busy.value = false
    if (wants && !found) return
    const input = askInput(kind, draft.value, {
      version: props.detail.task.version,
      day: found,
      subject: chosen.value,
    })
    if (!(await form.submit((key) => askFor(id, input, key)))) return
    kept.forget()
    toast(t('requests.done.ask'))
    close()
  }

  return {
    form,
    hint: hints[kind] ?? '',
    draft,
    files,
    kept,
    uploading,
    quick,
    gained,
    subjects,
    chosen,
    subject,
    from,
    notes,
    submit,
  }
}
