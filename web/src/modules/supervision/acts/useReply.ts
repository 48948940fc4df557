import { computed, ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { FileRef, TaskDetail } from '@/api/types'
import { toast } from '@/lib/toast'
import { openUrge, useSubmit } from '@/modules/tasks'
import { replyUrge } from '../api'

/** Answering an urge. */
export function useReply(props: { detail: TaskDetail; target?: string }, close: () => void) {
  const { t } = useI18n()
  const form = useSubmit(() => props.detail.task.id)
  const urge = computed(() => openUrge(props.detail, props.target))
  const text = ref('')
  const files = ref<FileRef[]>([])
  form.follow({ text, file_ids: files })
  const uploading = ref(false)

  async function submit(): Promise<void> {
    if (!text.value.trim()) {
      form.errors.value = { text: t('common.error.empty', { what: t('supervision.reply') }) }
      return
    }
    const id = urge.value?.id
    if (!id) return
    const body = { text: text.value.trim(), file_ids: files.value.map((file) => file.id) }
    if (!(await form.submit((key) => replyUrge(id, body, key)))) return
    toast(t('supervision.replied'))
    close()
  }
  return { form, urge, text, files, uploading, submit }
}
