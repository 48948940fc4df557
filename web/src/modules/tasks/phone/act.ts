import { ref } from 'vue'
import { useRouter } from 'vue-router'
import { useI18n } from 'vue-i18n'
import type { Action, TaskRow } from '@/api/types'
import { toast } from '@/lib/toast'
import { signTask } from '../api'
import { useSubmit } from '../composables/useSubmit'

/** One tap does it where nothing has to be said (签收); everything else leads to its page. */
export function useAct() {
  const router = useRouter()
  const { t } = useI18n()
  const signing = ref('')
  async function sign(task: Pick<TaskRow, 'id' | 'version'>): Promise<void> {
    if (signing.value) return
    signing.value = task.id
    const form = useSubmit(() => task.id)
    const answer = await form.submit((key) => signTask(task.id, { version: task.version }, key))
    signing.value = ''
    if (answer) toast(t('tasks.done.sign'))
    else toast(form.conflict.value ? t('common.error.stale') : form.failed.value, true)
  }
  function act(task: Pick<TaskRow, 'id' | 'version'>, action: Action, target?: string): void {
    const params = { id: task.id }
    if (action === 'sign') void sign(task)
    else if (action === 'edit' || action === 'decompose') void router.push({ name: action, params })
    else if (action === 'order') void router.push({ name: 'order', params: { id: target } })
    else void router.push({ name: 'act', params: { ...params, action }, query: target ? { target } : {} })
  }
  return { act, signing }
}
