import { ref, shallowRef, watch, type Ref } from 'vue'
import type { TaskDetail, TaskRow } from '@/api/types'
import { emptyForm, formOf, merged, type TaskForm } from './form'

/**
 * The form of a task that is there already. Filled once: whatever arrives while one types does not change what one saw, and
 * the version sent is that of what one saw. When somebody was faster, what one has not touched follows them.
 */
export function useEditForm(
  detail: () => TaskDetail | undefined,
  conflict: Ref<unknown>,
  form: Ref<TaskForm> = ref(emptyForm()),
) {
  /** 0 until the form is filled. */
  const version = ref(0)
  /** What the form was filled with, and the task it is of. */
  const base = shallowRef(emptyForm())
  const seen = shallowRef<TaskRow | null>(null)
  function take(now: TaskDetail): void {
    form.value = version.value ? merged(form.value, base.value, formOf(now)) : formOf(now)
    base.value = formOf(now)
    seen.value = now.task
    version.value = now.task.version
  }
  watch(
    detail,
    (now) => {
      if (now && !version.value) take(now)
    },
    { immediate: true },
  )
  watch(conflict, (told) => {
    const now = detail()
    if (told && now) take(now)
  })
  return { form, base, seen, version }
}
