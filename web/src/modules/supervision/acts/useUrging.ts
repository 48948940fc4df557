import { computed, ref, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import type { TaskDetail } from '@/api/types'
import { aboveBegun } from '@/lib/draft'
import { toast } from '@/lib/toast'
import { useSession } from '@/modules/access'
import { useKeptSubmit } from '@/modules/tasks'
import { urgeTask, type UrgeBody, type UrgeMethod } from '../api'
import { defaultReplyDay, fittingWords, pressable } from '../model'
import type { Spoken } from './useSpoken'

/** Pressing the holders of a task for an answer by a day; a call one has made is written down the same way. */
export function useUrging(detail: TaskDetail, done: () => void, post?: (body: UrgeBody) => Promise<unknown>) {
  const { t, tm } = useI18n()
  const session = useSession()
  const choices = computed(() => pressable(detail.parties))
  const chosen = ref(choices.value.filter((party) => party.role === 'lead').map((party) => party.id))
  const ready = computed(() => tm('supervision.ready') as string[])
  /** The words that fit the task stand there already, so that pressing is two clicks; they can be changed. */
  const fitting = ready.value[fittingWords(detail.task)] ?? ''
  const text = ref(fitting)
  const day = ref(detail.urge_day ?? defaultReplyDay(session.today))
  const method = ref<UrgeMethod>('message')
  const methods = computed(() =>
    (['message', 'call'] as const).map((value) => ({ value, label: t(`progress.call.${value}`) })),
  )
  /** What was answered at once in a call. */
  const answer = ref<Spoken>({ person: '', text: '' })
  /** The refused one it was made of, on the phone. */
  const letter = ref('')
  const form = useKeptSubmit(() => detail.task.id, 'urge', { chosen, text, day, method, answer, letter })
  form.follow({
    text,
    reply_due_day: day,
    'answer.person_id': computed(() => answer.value.person),
    'answer.text': computed(() => answer.value.text),
  })
  // What was said on the telephone nobody knows beforehand.
  watch(method, (now) => {
    if (now === 'call' && text.value === fitting) text.value = ''
    if (now === 'message' && !text.value) text.value = fitting
  })
  const called = computed(() => method.value === 'call')
  const label = computed(() => t(called.value ? 'progress.call.text' : 'supervision.text'))
  /** Whose telephone rings. */
  const pressed = computed(() => choices.value.filter((party) => chosen.value.includes(party.id)))

  /** Of one party alone it is known whose answer it is. */
  const answering = computed(() => (called.value && pressed.value.length === 1 ? pressed.value[0] : undefined))
  /** Whose people were last to choose from. */
  let chosenOf = answering.value?.id
  watch(answering, (party) => {
    if (!party) return
    if (chosenOf && chosenOf !== party.id) answer.value = { ...answer.value, person: '' }
    chosenOf = party.id
  })

  /** One that was refused, to be put right. */
  function putBack(was: UrgeBody): void {
    chosen.value = was.party_ids.filter((id) => choices.value.some((party) => party.id === id))
    text.value = text.value === fitting ? was.text : aboveBegun(was.text, text.value)
    method.value = was.method
    if (was.reply_due_day && was.reply_due_day >= session.today) day.value = was.reply_due_day
    if (was.answer) answer.value = { person: was.answer.person_id, text: was.answer.text }
  }

  async function submit(): Promise<void> {
    if (!text.value.trim()) {
      form.errors.value = { text: t('common.error.empty', { what: label.value }) }
      return
    }
    const said = answering.value ? answer.value.text.trim() : ''
    if (said && !answer.value.person) {
      form.errors.value = { 'answer.person_id': t('common.error.empty', { what: t('supervision.spoken.who') }) }
      return
    }
    const body = {
      text: text.value.trim(),
      method: method.value,
      party_ids: chosen.value,
      ...(day.value ? { reply_due_day: day.value } : {}),
      ...(said ? { answer: { person_id: answer.value.person, text: said } } : {}),
    }
    if (!(await form.submit((key) => post?.(body) ?? urgeTask(detail.task.id, body, key)))) return
    if (!post) toast(t(called.value ? 'progress.call.sent' : 'supervision.sent'))
    done()
  }
  return {
    form,
    choices,
    chosen,
    ready,
    text,
    day,
    method,
    methods,
    called,
    answer,
    answering,
    label,
    pressed,
    today: computed(() => session.today),
    letter,
    putBack,
    submit,
  }
}
