import { computed, ref, shallowRef, watch, type Ref } from 'vue'
import type { TaskDetail, TaskRow } from '@/api/types'
import { useDraft } from '@/lib/draft'
import { remember } from '@/lib/storage'
import { differs, emptyForm, formOf, merged, type TaskForm } from './form'

/** A change that was not saved, and what was seen when it began. */
export interface EditSheet {
  form: TaskForm
  base: TaskForm
  /** 0 until the form is filled. */
  version: number
  reason: string
}
/** Under which a change of a task is kept in this browser. */
export const editDraft = (person: string | undefined, id: string) => `sbc.edit.${person}.${id}`

/**
 * The form of a task that is there already. Filled once: whatever arrives while one types does not change what one saw, and
 * the version sent is that of what one saw. When somebody was faster, what one has not touched follows them. Until it is
 * saved, what was changed is kept in this browser, even when the tab is closed.
 */
export function useEditForm(
  draft: string,
  detail: () => TaskDetail | undefined,
  conflict: Ref<unknown>,
  form: Ref<TaskForm> = ref(emptyForm()),
  reason: Ref<string> = ref(''),
) {
  const from = ref(0)
  /** What the form was filled with, and the task it is of. */
  const base = shallowRef(emptyForm())
  const seen = shallowRef<TaskRow | null>(null)
  /** 0 until the task is there: what was kept of a task that can be seen no more is not shown. */
  const version = computed(() => (seen.value ? from.value : 0))
  const sheet = computed<EditSheet>({
    get: () => ({ form: form.value, base: base.value, version: from.value, reason: reason.value }),
    set: (kept) => {
      form.value = { ...emptyForm(), ...kept.form }
      base.value = { ...emptyForm(), ...kept.base }
      from.value = kept.version
      reason.value = kept.reason
    },
  })
  const touched = computed(() => from.value > 0 && differs(form.value, base.value))
  const kept = useDraft(draft, sheet, () => !touched.value)
  const restored = ref(kept.restored)
  /** The task has changed since what is restored was typed. */
  const moved = ref(false)

  function take(now: TaskDetail): void {
    form.value = from.value ? merged(form.value, base.value, formOf(now)) : formOf(now)
    base.value = formOf(now)
    seen.value = now.task
    from.value = now.task.version
  }
  watch(
    detail,
    (now) => {
      if (!now || seen.value) return
      moved.value = restored.value && now.task.version > from.value
      // A phone may have kept an older task than the one that was changed.
      if (now.task.version >= from.value) take(now)
      else seen.value = now.task
      restored.value &&= touched.value
    },
    { immediate: true },
  )
  watch(conflict, (told) => {
    const now = detail()
    if (told && now) take(now)
  })

  /** Gives up what was not saved. */
  function restart(): void {
    const now = detail()
    if (!now) return
    from.value = 0
    take(now)
    reason.value = ''
    restored.value = false
    remember(draft, null)
  }
  return { form, base, seen, version, touched, restored, moved, restart, keep: kept.keep, forget: kept.forget }
}
