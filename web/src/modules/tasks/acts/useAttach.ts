import { ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { FileRef, TaskDetail } from '@/api/types'
import { toast } from '@/lib/toast'
import { attachFiles } from '../api'
import { useSubmit } from '../composables/useSubmit'

/** Adding files to a task. */
export function useAttach(props: { detail: TaskDetail }, close: () => void) {
  const { t } = useI18n()
  const form = useSubmit(() => props.detail.task.id)
  const files = ref<FileRef[]>([])
  form.follow({ file_ids: files })
  const uploading = ref(false)

  async function submit(): Promise<void> {
    const ids = files.value.map((file) => file.id)
    if (!(await form.submit((key) => attachFiles(props.detail.task.id, ids, key)))) return
    toast(t('tasks.done.attach'))
    close()
  }
  return { form, files, uploading, submit }
}
