import { ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Comment } from '@/api/types'
import { toast } from '@/lib/toast'
import { useSubmit } from '@/modules/tasks'
import { deleteComment, editComment } from '../api'
import { stillNamed } from '../model'

/** Changing and deleting one's own words. */
export function useCommentActs(comment: () => Comment) {
  const { t } = useI18n()
  const form = useSubmit(() => comment().task_id)
  const editing = ref(false)
  const text = ref('')
  form.follow({ text })

  function begin(): void {
    text.value = comment().text
    editing.value = true
  }
  async function save(): Promise<void> {
    const { id, mentions } = comment()
    if (!text.value.trim()) {
      form.errors.value = { text: t('common.error.empty', { what: t('talk.comment.label') }) }
      return
    }
    const body = { text: text.value.trim(), mention_ids: stillNamed(text.value, mentions).map((one) => one.id) }
    if (await form.submit(() => editComment(id, body))) {
      editing.value = false
      toast(t('talk.comment.saved'))
    }
  }
  async function remove(): Promise<void> {
    if (!window.confirm(t('talk.comment.sure'))) return
    if (await form.submit(() => deleteComment(comment().id))) toast(t('talk.comment.done'))
    else if (form.failed.value) toast(form.failed.value, true)
  }
  return { form, editing, text, begin, save, remove }
}
