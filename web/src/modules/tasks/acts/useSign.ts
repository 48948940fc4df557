import { computed, ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { TaskDetail } from '@/api/types'
import { toast } from '@/lib/toast'
import { signTask, type SignBody } from '../api'
import { useSubmit } from '../composables/useSubmit'

/** Signing for one's unit, perhaps naming who handles it at once. */
export function useSign(props: { detail: TaskDetail }, close: () => void, post?: (body: SignBody) => Promise<unknown>) {
  const { t } = useI18n()
  const form = useSubmit(() => props.detail.task.id)
  const handler = ref('')
  form.follow({ handler_id: handler })
  const mine = computed(() => props.detail.parties.filter((party) => party.mine && party.state === 'unsigned'))
  const unit = computed(() => (mine.value[0] ?? props.detail.parties.find((party) => party.mine))?.unit)

  async function submit(): Promise<void> {
    const { id, version } = props.detail.task
    const body = handler.value ? { version, handler_id: handler.value } : { version }
    if (!(await form.submit((key) => post?.(body) ?? signTask(id, body, key)))) return
    if (!post) toast(t('tasks.done.sign'))
    close()
  }
  return { form, handler, mine, unit, submit }
}
