import { computed, ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { TaskDetail } from '@/api/types'
import { toast } from '@/lib/toast'
import { approveTask, decideRequest, verifyTask } from '../api'
import { grantedRequest, openRequest } from '../duties'
import { useOnward } from '../composables/useOnward'
import { useKeptSubmit } from './useKeptSubmit'

export interface Judged {
  detail: TaskDetail
  action: 'approve' | 'decide_close' | 'verify'
  target?: string
}

/** Yes or no with words: approval of a task, of its closing, and the check afterwards. */
export function useJudge(props: Judged, close: () => void) {
  const { t, tm } = useI18n()
  const yes = ref<'yes' | 'no'>('yes')
  const text = ref('')
  /** What is judged: the request to close, or what the task was closed on. */
  const request = computed(() => {
    if (props.action === 'approve') return undefined
    return props.action === 'verify' ? grantedRequest(props.detail) : openRequest(props.detail, 'close', props.target)
  })
  const name = `${props.action}.${request.value?.id ?? props.target ?? ''}`
  const form = useKeptSubmit(() => props.detail.task.id, name, { yes, text })
  form.follow({ text: () => [text.value, yes.value], reason: () => [text.value, yes.value] })
  const mustSay = computed(() => yes.value === 'no')
  const onward = useOnward(props, request)
  const waiting = computed(() => props.action === 'decide_close' && !request.value)
  const choices = computed(() =>
    (['yes', 'no'] as const).map((value) => ({ value, label: t(`tasks.judge.${props.action}.${value}`) })),
  )
  /** Words that will often do; one press takes them. */
  const ready = computed(() =>
    props.action === 'verify'
      ? (tm(`tasks.judge.ready.${yes.value}`) as string[]).filter((one) => one !== text.value)
      : [],
  )

  function send(key: string) {
    const { id, version } = props.detail.task
    const words = text.value.trim()
    const good = yes.value === 'yes'
    if (props.action === 'verify') return verifyTask(id, { version, result: good ? 'pass' : 'fail', text: words }, key)
    if (props.action === 'approve') {
      const body = { version, decision: good ? ('approve' as const) : ('reject' as const) }
      return approveTask(id, words ? { ...body, reason: words } : body, key)
    }
    const body = { decision: good ? ('grant' as const) : ('refuse' as const) }
    return decideRequest(request.value?.id ?? '', words ? { ...body, text: words } : body, key)
  }
  async function submit(): Promise<void> {
    if (mustSay.value && !text.value.trim()) {
      form.errors.value = { text: t('common.error.empty', { what: t(`tasks.judge.${props.action}.text`) }) }
      return
    }
    if (!(await form.submit(send))) return
    toast(t(`tasks.done.${props.action}`))
    close()
  }
  return { form, yes, text, mustSay, request, onward, waiting, choices, ready, submit }
}
