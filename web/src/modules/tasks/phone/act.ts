import { ref } from 'vue'
import { useRouter } from 'vue-router'
import { useI18n } from 'vue-i18n'
import type { Action, TaskRow } from '@/api/types'
import { toast } from '@/lib/toast'
import { useSubmit } from '../composables/useSubmit'
import { useOutbox } from './outbox'

type Acted = Pick<TaskRow, 'id' | 'title' | 'version'>

/** One tap does it where nothing has to be said (签收); everything else leads to its page. */
export function useAct() {
  const router = useRouter()
  const outbox = useOutbox()
  const { t } = useI18n()
  const signing = ref('')
  async function sign({ id, title, version }: Acted): Promise<void> {
    if (signing.value) return
    if (outbox.waits(id, 'sign')) return toast(t('phone.outbox.kept', { what: t('phone.outbox.what.sign') }))
    signing.value = id
    const form = useSubmit(() => id)
    const went = await form.submit(() => outbox.hand(id, title, { what: 'sign', version }))
    signing.value = ''
    if (!went) toast(form.conflict.value ? t('common.error.stale') : form.failed.value, true)
  }
  function act(task: Acted, action: Action, target?: string): void {
    const params = { id: task.id }
    if (action === 'sign') void sign(task)
    else if (action === 'edit' || action === 'decompose') void router.push({ name: action, params })
    else if (action === 'order') void router.push({ name: 'order', params: { id: target } })
    else void router.push({ name: 'act', params: { ...params, action }, query: target ? { target } : {} })
  }
  return { act, signing }
}
