import { computed, ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import type { TaskAnswer } from '@/api/types'
import { useDraft } from '@/lib/draft'
import { toast } from '@/lib/toast'
import { useSession } from '@/modules/access'
import { createTask, editTask, submitTask } from '../api'
import { burdenOf, emptyForm, faults, fieldsOf, inputOf, isUntouched, type TaskForm } from '../setting/form'
import { changesOf } from '../setting/changes'
import { useKindFields } from '../setting/useKindFields'
import { useSubmit } from '../composables/useSubmit'

/**
 * The form of a new task, which is kept while one types, and handing it out. With an id it is that of a task that is there:
 * nothing is kept, and saving it is up to the page.
 */
export function useNewTask(props: { id?: string } = {}) {
  const { t } = useI18n()
  const router = useRouter()
  const session = useSession()
  const form = ref<TaskForm>(emptyForm())
  const kept = props.id ? null : useDraft(`sbc.task.${session.me?.person.id}`, form, isUntouched)
  const restored = ref(kept?.restored ?? false)
  /** Created, though handing it out did not go through: the next press goes on from there. */
  const created = ref<{ answer: TaskAnswer; form: TaskForm } | null>(null)
  const sending = useSubmit(() => props.id ?? created.value?.answer.task.id ?? '')
  sending.follow(fieldsOf(() => form.value))
  const { fields, missing } = useKindFields(form, sending)
  const uploading = ref(false)
  const asked = computed(() => burdenOf(form.value, props.id ?? created.value?.answer.task.id))

  function check(dispatching: boolean): boolean {
    const found = faults(form.value, dispatching)
    const name = {
      title: 'tasks.form.title',
      lead: 'tasks.columns.lead',
      due_text: 'tasks.columns.due',
      not_secret: '',
    }
    sending.failed.value = ''
    const faulty = found.map((fault) => [
      fault,
      fault === 'not_secret' ? t('tasks.form.mustConfirm') : t('common.error.empty', { what: t(name[fault]) }),
    ])
    sending.errors.value = { ...Object.fromEntries(faulty), ...(dispatching ? missing() : {}) }
    return Object.keys(sending.errors.value).length === 0
  }
  async function go(then: 'draft' | 'decompose' | 'dispatch'): Promise<void> {
    if (!check(then === 'dispatch')) return
    const before = created.value
    const now = JSON.parse(JSON.stringify(form.value)) as TaskForm
    const saved = await sending.submit((key) => {
      if (!before) return createTask(inputOf(now, fields.value), key)
      const { id, version } = before.answer.task
      return editTask(id, version, changesOf(now, before.form, fields.value))
    })
    if (!saved) return
    created.value = { answer: saved, form: now }
    if (then === 'dispatch') {
      const sent = await sending.submit((key) => submitTask(saved.task.id, saved.task.version, key))
      if (!sent) return
      toast(t(sent.task?.state === 'approval' ? 'tasks.done.awaiting' : 'tasks.done.submit'))
    } else toast(t('tasks.done.create'))
    kept?.forget()
    await router.replace({ name: then === 'decompose' ? 'decompose' : 'task', params: { id: saved.task.id } })
  }
  function restart(): void {
    form.value = emptyForm()
    restored.value = false
  }
  return { form, restored, sending, fields, uploading, asked, check, go, restart }
}
