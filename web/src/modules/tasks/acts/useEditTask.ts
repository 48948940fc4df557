import { computed, ref, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { onBeforeRouteLeave, useRouter } from 'vue-router'
import { toast } from '@/lib/toast'
import { useSession } from '@/modules/access'
import { editTask } from '../api'
import { useDeadline } from '../composables/useDeadline'
import { useTask } from '../composables/useTasks'
import { changesOf, taken } from '../setting/changes'
import { reasonNeed } from '../setting/reason'
import { editDraft, useEditForm } from '../setting/useEditForm'
import { useNewTask } from './useNewTask'

/** The form of a task that is there, and saving what was changed in it; until then it is kept in this browser. */
export function useEditTask(id: string) {
  const { t } = useI18n()
  const router = useRouter()
  const task = useTask(() => id)
  const { form, sending, fields, uploading, asked, check } = useNewTask({ id })
  /** Why the due day moves or the task counts for less, where that is asked for. */
  const reason = ref('')
  const draft = editDraft(useSession().me?.person.id, id)
  const edit = useEditForm(draft, () => task.data.value, sending.conflict, form, reason)
  const { base, seen, version } = edit
  const changes = computed(() => changesOf(form.value, base.value, fields.value))

  sending.follow({ reason })
  const { reading } = useDeadline(
    () => form.value.due_text,
    () => form.value.start_day,
  )
  const need = computed(() => {
    if (!seen.value) return 'none'
    const { due, importance } = changes.value
    const moved = due && reading.value ? { due_day: reading.value.day } : {}
    return reasonNeed(seen.value, { ...moved, ...(importance ? { importance } : {}) })
  })
  /** The server asked for one: it may know better. */
  const told = ref(false)
  watch(sending.errors, (errors) => (told.value ||= !!errors['reason']))
  const asksReason = computed(() => told.value || need.value !== 'none')
  const mustReason = computed(() => told.value || need.value === 'must')
  // What was moved back needs no words any more.
  watch(need, (now) => {
    if (now !== 'none') return
    told.value = false
    sending.forgive('reason')
  })

  function sound(): boolean {
    if (!check(false)) return false
    const what = { due_text: 'tasks.columns.due', start_day: 'tasks.form.start', reason: 'tasks.form.reason' }
    const empty: (keyof typeof what)[] = taken(form.value, base.value)
    if (mustReason.value && !reason.value.trim()) empty.push('reason')
    sending.errors.value = Object.fromEntries(
      empty.map((key) => [key, t('common.error.empty', { what: t(what[key]) })]),
    )
    return !empty.length
  }
  let saved = false
  async function save(): Promise<void> {
    if (!version.value || !sound()) return
    const why = asksReason.value ? reason.value.trim() : ''
    const patch = { ...changes.value, ...(why ? { reason: why } : {}) }
    if (Object.keys(patch).length) {
      if (!(await sending.submit(() => editTask(id, version.value, patch)))) return
      toast(t('tasks.done.save'))
    } else toast(t('tasks.done.same'))
    saved = true
    edit.forget()
    await router.replace({ name: 'task', params: { id } })
  }
  onBeforeRouteLeave((to) => {
    if (saved || !edit.touched.value) return true
    // At once: what is said to be kept must be, however soon the page goes.
    edit.keep()
    // Whoever is signed out has nothing to decide.
    return !!to.meta.open || window.confirm(t('tasks.edit.leave'))
  })
  return {
    task,
    form,
    version,
    restored: edit.restored,
    moved: edit.moved,
    restart: edit.restart,
    sending,
    uploading,
    asked,
    reason,
    asksReason,
    mustReason,
    save,
  }
}
