import { ref, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Urge } from '@/api/types'
import { toast } from '@/lib/toast'
import { useSession } from '@/modules/access'
import { useKeptSubmit } from '@/modules/tasks'
import { acceptReply, askAgain } from '../api'
import { defaultReplyDay } from '../model'
import { useStanding } from './useStanding'

/** Asking again in a thread, and finding its answer good. */
export function useThread(urge: () => Urge) {
  const { t } = useI18n()
  const session = useSession()
  const asking = ref(false)
  const text = ref('')
  const day = ref(defaultReplyDay(session.today))
  const form = useKeptSubmit(() => urge().task_id, `again.${urge().id}`, { text })
  form.follow({ text, reply_due_day: day })
  const { over, note } = useStanding(form, () => urge().may_ask, 'again.ask')
  watch(asking, (open) => {
    if (!open) text.value = ''
  })

  async function ask(): Promise<void> {
    if (!text.value.trim()) {
      form.errors.value = { text: t('common.error.empty', { what: t('supervision.again.ask') }) }
      return
    }
    form.settle()
    const body = { text: text.value.trim(), ...(day.value ? { reply_due_day: day.value } : {}) }
    if (!(await form.submit((key) => askAgain(urge().id, body, key)))) return
    asking.value = false
    toast(t('supervision.again.sent'))
  }
  async function accept(): Promise<void> {
    if (await form.submit((key) => acceptReply(urge().id, key))) {
      asking.value = false
      return toast(t('supervision.again.accepted'))
    }
    const why = form.conflict.value ? t('common.error.stale') : form.failed.value
    if (why) toast(why, true)
    form.settle()
  }
  return { form, asking, text, day, over, note, ask, accept }
}
