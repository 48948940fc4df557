import { computed, ref, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import type { FileRef, TaskDetail } from '@/api/types'
import { shortDay, shortInstant } from '@/lib/dates'
import { explain } from '@/lib/problems'
import { toast } from '@/lib/toast'
import { useSession } from '@/modules/access'
import { useWorkdays } from '@/modules/calendar'
import * as api from '../api'
import { needsSubject, SAY, subjectsOf, wordsOf, type SayAction } from '../life'
import { dayIn } from '../composables/useDeadline'
import { useKeptSubmit } from './useKeptSubmit'

export interface Saying {
  detail: TaskDetail
  action: SayAction
  target?: string
}
/** Working days within which a report is often asked for. */
const QUICK = [1, 3, 5] as const

/** Everything that is done by saying one thing: a part done or let go, an answer, a risk, something taken back. */
export function useSay(props: Saying, close: () => void) {
  const { t } = useI18n()
  const session = useSession()
  const { action } = props
  const spec = SAY[action]
  const text = ref('')
  const help = ref('')
  const day = ref('')
  const files = ref<FileRef[]>([])
  const uploading = ref(false)
  const subjects = computed(() => subjectsOf(props.detail, action))
  const chosen = ref(props.target ?? subjects.value[0]?.id ?? '')
  const name = `${action}.${props.target ?? ''}`
  const about = needsSubject(action) ? { chosen, among: () => subjects.value.map((one) => one.id) } : undefined
  const form = useKeptSubmit(() => props.detail.task.id, name, { text, help, day, files }, { about })
  form.follow({ text, reason: text, help, due_day: day, file_ids: files })

  const subject = computed(() => subjects.value.find((one) => one.id === chosen.value) ?? null)
  const words = computed(() => wordsOf(props.detail, action, subject.value, session.me?.person.id))
  const options = computed(() =>
    subjects.value.map((one) => {
      if (one.kind === 'party') return { value: one.id, label: one.party.unit.short_name }
      if (one.kind === 'wait') return { value: one.id, label: `${one.wait.on} ${one.wait.text}` }
      if (one.kind === 'risk') return { value: one.id, label: one.risk.text }
      return { value: one.id, label: shortInstant(one.report.at, session.today) }
    }),
  )
  const workdays = useWorkdays(() => session.today)
  const quick = computed(() => QUICK.map((n) => ({ n, day: workdays.after(n) ?? '' })).filter((one) => one.day))
  const dayHint = computed(() => {
    const { due_day } = props.detail.task
    return action === 'reopen' && due_day ? t('life.say.oldDay', { day: shortDay(due_day, session.today) }) : ''
  })
  /** The day a report is asked for by, once its words are read: what that means for the handler is shown before. */
  const askedDay = ref('')
  if (action === 'ask_report')
    watch(day, async (words) => {
      const found = await dayIn(words).catch(() => null)
      if (words === day.value) askedDay.value = found ?? ''
    })
  const forecast = computed(() =>
    askedDay.value >= session.today
      ? { task_id: props.detail.task.id, asked_day: askedDay.value, milestone_days: [] }
      : null,
  )
  const ready = computed(() => !uploading.value && (!needsSubject(action) || !!subject.value))

  function send(said: string, due: string | null, key: string) {
    const { id, version } = props.detail.task
    const file_ids = files.value.map((file) => file.id)
    switch (action) {
      case 'complete':
        return api.completePart(chosen.value, { text: said, file_ids }, key)
      case 'waive':
        return api.waivePart(chosen.value, said, key)
      case 'reopen_part':
        return api.reopenPart(chosen.value, said, key)
      case 'provide':
        return api.endWait(chosen.value, said, key)
      case 'raise_risk':
        return api.raiseRisk(id, { text: said, help: help.value.trim() || null, file_ids }, key)
      case 'answer_risk':
        return api.answerRisk(chosen.value, said, key)
      case 'ask_report':
        return api.askReport(id, { due_day: due ?? '', text: said }, key)
      case 'recall':
        return api.recallTask(id, { version, reason: said }, key)
      case 'annul':
        return api.annulTask(id, { version, reason: said }, key)
      case 'reopen':
        return api.reopenTask(id, { version, reason: said, ...(due ? { due_day: due } : {}) }, key)
      case 'withdraw_report':
        return api.withdrawReport(chosen.value, key)
    }
  }
  /** The day the words mean; undefined where it cannot be sent like this. */
  async function readDay(): Promise<string | null | undefined> {
    if (!spec.day || !day.value.trim()) return null
    form.busy.value = true
    try {
      const found = await dayIn(day.value)
      if (found) return found
      form.errors.value = { due_day: t('life.say.noDay') }
    } catch (error) {
      form.failed.value = explain(error)
    } finally {
      form.busy.value = false
    }
    return undefined
  }
  async function submit(): Promise<void> {
    if (form.busy.value) return
    const said = text.value.trim()
    const faults: Record<string, string> = {}
    if (spec.field && !said) {
      faults[spec.field] = t('common.error.empty', { what: t(`life.say.text.${words.value}`) })
    }
    if (spec.day === 'must' && !day.value.trim()) faults['due_day'] = t('life.say.needDay')
    form.errors.value = faults
    if (Object.keys(faults).length) return
    const due = await readDay()
    if (due === undefined) return
    // Afterwards the subject is another one, or none.
    const done = t(`life.say.done.${words.value}`)
    if (!(await form.submit((key) => send(said, due, key)))) return
    toast(done)
    close()
  }
  const fault = computed(() => form.errors.value['text'] ?? form.errors.value['reason'])

  return {
    form,
    spec,
    text,
    help,
    day,
    files,
    uploading,
    options,
    chosen,
    subject,
    words,
    quick,
    dayHint,
    forecast,
    ready,
    fault,
    submit,
  }
}
