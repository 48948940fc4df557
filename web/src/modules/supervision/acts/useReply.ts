import { computed, ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { FileRef, TaskDetail } from '@/api/types'
import { toast } from '@/lib/toast'
import { openUrge, useKeptSubmit } from '@/modules/tasks'
import { replyUrge } from '../api'

/** An answer on its way by whatever means: at the desk at once, on the phone by the outbox. */
type Post = (urgeId: string, text: string) => Promise<unknown>

/** Answering an urge. Its files are kept with the words where they have been sent already. */
export function useReply(props: { detail: TaskDetail; target?: string }, close: () => void, post?: Post) {
  const { t } = useI18n()
  const urge = computed(() => openUrge(props.detail, props.target))
  const text = ref('')
  const files = ref<FileRef[]>([])
  /** The refused one it was made of, on the phone. */
  const letter = ref('')
  const form = useKeptSubmit(() => props.detail.task.id, `reply.${urge.value?.id}`, { text, files, letter })
  form.follow({ text, file_ids: files })
  const uploading = ref(false)

  async function submit(): Promise<void> {
    if (!text.value.trim()) {
      form.errors.value = { text: t('common.error.empty', { what: t('supervision.reply') }) }
      return
    }
    const id = urge.value?.id
    if (!id) return
    const said = text.value.trim()
    if (post) {
      if (await form.submit(() => post(id, said))) close()
      return
    }
    const body = { text: said, file_ids: files.value.map((file) => file.id) }
    if (!(await form.submit((key) => replyUrge(id, body, key)))) return
    toast(t('supervision.replied'))
    close()
  }
  return { form, urge, text, files, letter, uploading, submit }
}
