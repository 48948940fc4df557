import { computed, ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { FileRef, TaskDetail } from '@/api/types'
import { toast } from '@/lib/toast'
import { requestClose } from '../api'
import { isOver } from '../duties'
import { useKeptSubmit } from './useKeptSubmit'

/** Asking that a task be closed, with what shows that it is done. */
export function useClosure(props: { detail: TaskDetail }, close: () => void) {
  const { t } = useI18n()
  const text = ref('')
  const files = ref<FileRef[]>([])
  const form = useKeptSubmit(() => props.detail.task.id, 'request_close', { text, files })
  form.follow({ text, file_ids: files })
  const uploading = ref(false)
  const openChildren = computed(() => props.detail.children.filter((child) => !isOver(child)).length)

  async function submit(): Promise<void> {
    if (!text.value.trim()) {
      form.errors.value = { text: t('common.error.empty', { what: t('tasks.closure.text') }) }
      return
    }
    const { id, version } = props.detail.task
    const body = { version, text: text.value.trim(), file_ids: files.value.map((file) => file.id) }
    if (!(await form.submit((key) => requestClose(id, body, key)))) return
    toast(t('tasks.done.request_close'))
    close()
  }
  return { form, text, files, uploading, openChildren, submit }
}
