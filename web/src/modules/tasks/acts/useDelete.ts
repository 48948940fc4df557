import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import type { TaskDetail } from '@/api/types'
import { queryClient } from '@/lib/query'
import { toast } from '@/lib/toast'
import { deleteTask } from '../api'
import { useSubmit } from '../composables/useSubmit'

/** Deleting a draft. What is shown then takes the place of its page, so a form that is a page itself has nothing to close. */
export function useDelete(props: { detail: TaskDetail }, close?: () => void) {
  const { t } = useI18n()
  const router = useRouter()
  const form = useSubmit(() => props.detail.task.id)

  async function submit(): Promise<void> {
    const { id, version, parent_id } = props.detail.task
    const gone = await form.submit(async () => {
      await deleteTask(id, version)
      await router.replace(parent_id ? { name: 'task', params: { id: parent_id } } : { name: 'tasks' })
      queryClient.removeQueries({ queryKey: ['task', id] })
      return true
    })
    if (!gone) return
    toast(t('tasks.done.delete'))
    close?.()
  }
  return { form, submit }
}
