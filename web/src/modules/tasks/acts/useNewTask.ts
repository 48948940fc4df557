import { computed, ref, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import type { TaskAnswer } from '@/api/types'
import { useDraft } from '@/lib/draft'
import { remember } from '@/lib/storage'
import { toast } from '@/lib/toast'
import { useSession } from '@/modules/access'
import { createTask, editTask, submitTask } from '../api'
import { changesOf } from '../setting/changes'
import { burdenOf, differs, emptyForm, faults, fieldsOf, inputOf, isUntouched, type TaskForm } from '../setting/form'
import { editDraft, type EditSheet } from '../setting/useEditForm'
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
  const me = session.me?.person.id
  /** Created, though handing it out did not go through: the next press goes on from there. */
  const created = ref<{ answer: TaskAnswer; form: TaskForm } | null>(null)
  // From then on the server has it: what is restored later must not make it once more.
  const kept = props.id ? null : useDraft(`sbc.task.${me}`, form, (now) => !!created.value || isUntouched(now))
  const restored = ref(kept?.restored ?? false)
  /** The task that was created and waits to be handed out. */
  const waiting = ref('')
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
  /** What is typed into the form of a task that was created is found again where that one is changed. */
  function keepChange(): void {
    if (!created.value) return
    const { answer, form: base } = created.value
    const sheet: EditSheet = { form: form.value, base, version: answer.task.version, reason: '' }
    remember(editDraft(me, answer.task.id), differs(form.value, base) ? sheet : null)
  }
  watch(form, keepChange, { deep: true })

  /** The task as it stands in the form: made, or changed where it is there already. */
  async function save(): Promise<TaskAnswer | null> {
    const before = created.value
    const now = JSON.parse(JSON.stringify(form.value)) as TaskForm
    const patch = before ? changesOf(now, before.form, fields.value) : {}
    // Where nothing was changed, what is sent next is the same intention as before.
    if (before && !Object.keys(patch).length) return before.answer
    const saved = await sending.submit((key) => {
      if (!before) return createTask(inputOf(now, fields.value), key)
      const { id, version } = before.answer.task
      return editTask(id, version, patch)
    })
    if (!saved) return null
    created.value = { answer: saved, form: now }
    restored.value = false
    kept?.keep()
    keepChange()
    return saved
  }
  /** The task was changed or handed out elsewhere: its own page shows how it stands. */
  async function meet(): Promise<void> {
    const id = created.value?.answer.task.id
    if (!id || !sending.conflict.value) return
    toast(t('tasks.form.movedOn'), true)
    await router.replace({ name: 'task', params: { id } })
  }
  async function go(then: 'draft' | 'decompose' | 'dispatch'): Promise<void> {
    if (!check(then === 'dispatch')) return
    const saved = await save()
    if (!saved) return meet()
    const { id, version } = saved.task
    if (then === 'dispatch') {
      const sent = await sending.submit((key) => submitTask(id, version, key))
      if (!sent) {
        waiting.value = id
        return meet()
      }
      toast(t(sent.task?.state === 'approval' ? 'tasks.done.awaiting' : 'tasks.done.submit'))
    } else toast(t('tasks.done.create'))
    remember(editDraft(me, id), null)
    await router.replace({ name: then === 'decompose' ? 'decompose' : 'task', params: { id } })
  }
  function restart(): void {
    form.value = emptyForm()
    restored.value = false
  }
  return { form, restored, waiting, sending, fields, uploading, asked, check, go, restart }
}
