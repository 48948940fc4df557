import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { toast } from '@/lib/toast'
import { editTask } from '../api'
import { useEditForm } from '../setting/useEditForm'
import { useTask } from '../composables/useTasks'
import { inputOf } from '../setting/form'
import { useNewTask } from './useNewTask'

/** The form of a task that is there, and saving it. */
export function useEditTask(id: string) {
  const { t } = useI18n()
  const router = useRouter()
  const task = useTask(() => id)
  const { form, sending, fields, uploading, asked, check } = useNewTask({ id })
  const { version } = useEditForm(() => task.data.value, sending.conflict, form)

  async function save(): Promise<void> {
    if (!version.value || !check(false)) return
    if (!(await sending.submit(() => editTask(id, version.value, inputOf(form.value, fields.value))))) return
    toast(t('tasks.done.save'))
    await router.replace({ name: 'task', params: { id } })
  }
  return { task, form, version, sending, uploading, asked, save }
}
