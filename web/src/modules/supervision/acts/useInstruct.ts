import { useQuery } from '@tanstack/vue-query'
import { computed, ref, watchEffect } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import type { FileRef, TaskDetail } from '@/api/types'
import { toast } from '@/lib/toast'
import { useSession } from '@/modules/access'
import { useKeptSubmit } from '@/modules/tasks'
import { instructTask, whoInstructs, type InstructionThen } from '../api'
import { defaultReplyDay } from '../model'

/** Saying what a leader wants of a task, or writing down what one has said. */
export function useInstruct(detail: TaskDetail, close: () => void) {
  const { t } = useI18n()
  const session = useSession()
  const router = useRouter()
  const whose = useQuery({ queryKey: ['instructs', detail.task.id], queryFn: () => whoInstructs(detail.task.id) })
  const me = session.me?.person.id ?? ''
  /** Whom the words may be of: the asker, and leaders whose words they may write down. */
  const leaders = computed(() => {
    const { own = false, leaders: others = [] } = whose.data.value ?? {}
    return own ? [{ id: me, name: t('instruct.own', { name: session.me?.person.name ?? '' }) }, ...others] : others
  })
  const leader = ref('')
  const open = detail.task.state === 'dispatched' || detail.task.state === 'active'
  const thens = computed(() => {
    const values: InstructionThen[] = open ? ['answer', 'new_task'] : []
    if (!open && detail.can.includes('reopen')) values.push('work_again')
    if (!open) values.push('new_task')
    return values.map((value) => ({ value, label: t(`instruct.thens.${value}`) }))
  })
  const then = ref<InstructionThen>(thens.value[0]?.value ?? 'answer')
  // A part that was done is open again once the task is.
  const choices = computed(() => detail.parties.filter((party) => party.role !== 'charge_leader'))
  const chosen = ref(choices.value.filter((party) => party.role === 'lead').map((party) => party.id))
  const text = ref('')
  const on = ref(session.today)
  const document = ref('')
  const clause = ref('')
  const title = ref('')
  const usual = detail.urge_day ?? defaultReplyDay(session.today)
  const day = ref(usual)
  const due = ref('')
  const files = ref<FileRef[]>([])
  const uploading = ref(false)
  const fields = { leader, then, chosen, text, on, document, clause, title, day, due, files }
  const form = useKeptSubmit(() => detail.task.id, 'instruct', fields, {
    typed: ['text', 'title', 'document', 'clause', 'files'],
  })
  if (form.restored) {
    // One's own words are said on the day they are sent, and a day that has passed is none to answer by.
    if (!leader.value || leader.value === me) on.value = session.today
    if (day.value && day.value < session.today) day.value = usual
    if (due.value && due.value < session.today) due.value = ''
  }
  watchEffect(() => {
    if (!leader.value && leaders.value.length === 1) leader.value = leaders.value[0]?.id ?? ''
    if (!leader.value && whose.data.value?.own) leader.value = me
  })
  form.follow({
    text,
    said_on: on,
    document,
    clause,
    title,
    reply_due_day: day,
    due_day: due,
    file_ids: files,
    leader_id: leader,
  })
  const asks = computed(() => then.value !== 'new_task')
  const disabled = computed(() => uploading.value || (asks.value && !chosen.value.length))

  async function submit(): Promise<void> {
    const missing = (what: string) => t('common.error.empty', { what })
    const errors: Record<string, string> = {}
    if (!leader.value) errors['leader_id'] = missing(t('instruct.leader'))
    if (!text.value.trim()) errors['text'] = missing(t('instruct.text'))
    if (!asks.value && !title.value.trim()) errors['title'] = missing(t('instruct.title'))
    if (Object.keys(errors).length) {
      form.errors.value = errors
      return
    }
    const body = {
      text: text.value.trim(),
      leader_id: leader.value,
      said_on: on.value || session.today,
      then: then.value,
      file_ids: files.value.map((file) => file.id),
      ...(document.value.trim() ? { document: document.value.trim() } : {}),
      ...(clause.value.trim() ? { clause: clause.value.trim() } : {}),
      ...(asks.value ? { party_ids: chosen.value } : { title: title.value.trim() }),
      ...(asks.value && day.value ? { reply_due_day: day.value } : {}),
      ...(then.value === 'work_again' ? { version: detail.task.version } : {}),
      ...(then.value === 'work_again' && due.value ? { due_day: due.value } : {}),
    }
    let made: string | null = null
    const sent = await form.submit(async (key) => {
      const answer = await instructTask(detail.task.id, body, key)
      made = answer.task_id
      return answer
    })
    if (!sent) return
    toast(t(made ? 'instruct.founded' : 'instruct.sent'))
    close()
    if (made) await router.push({ name: 'edit', params: { id: made } })
  }
  /** Somebody else's words: what is on paper is at hand then. */
  const registers = computed(() => (leader.value ? leader.value !== me : whose.data.value?.own === false))
  return {
    form,
    whose,
    leaders,
    leader,
    thens,
    then,
    choices,
    chosen,
    text,
    on,
    document,
    clause,
    title,
    day,
    due,
    files,
    uploading,
    asks,
    disabled,
    registers,
    open,
    today: computed(() => session.today),
    submit,
  }
}
export type Instructing = ReturnType<typeof useInstruct>
