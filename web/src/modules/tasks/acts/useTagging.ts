import { ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { TaskDetail } from '@/api/types'
import { toast } from '@/lib/toast'
import { tagTask } from '../api'
import { formOf } from '../setting/form'
import { useSubmit } from '../composables/useSubmit'

/** Setting the tags of a task. What somebody else did meanwhile is shown, what was chosen here stays. */
export function useTagging(props: { detail: TaskDetail }, close: () => void) {
  const { t } = useI18n()
  const form = useSubmit(() => props.detail.task.id)
  const tags = ref(formOf(props.detail).tags)
  form.follow({ tags })

  async function submit(): Promise<void> {
    const { id, version } = props.detail.task
    if (!(await form.submit(() => tagTask(id, version, tags.value)))) return
    toast(t('tasks.done.tag'))
    close()
  }
  return { form, tags, submit }
}
