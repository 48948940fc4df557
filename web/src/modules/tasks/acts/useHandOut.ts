import { computed, ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { TaskDetail } from '@/api/types'
import { toast } from '@/lib/toast'
import { submitTask } from '../api'
import { burdenIn } from '../setting/form'
import { useSubmit } from '../composables/useSubmit'

/** Handing out a draft, or the drafts below a task. */
export function useHandOut(props: { detail: TaskDetail }, close: () => void) {
  const { t } = useI18n()
  const form = useSubmit(() => props.detail.task.id)
  const notSecret = ref(false)
  const asked = computed(() => burdenIn(props.detail))
  const drafts = computed(() => props.detail.children.filter((child) => child.state === 'draft'))

  async function submit(): Promise<void> {
    const { id, version } = props.detail.task
    const sent = await form.submit((key) => submitTask(id, version, key))
    if (!sent) return
    toast(t(sent.task?.state === 'approval' ? 'tasks.done.awaiting' : 'tasks.done.submit'))
    close()
  }
  return { form, notSecret, asked, drafts, submit }
}
