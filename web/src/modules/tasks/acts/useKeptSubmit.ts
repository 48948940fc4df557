import { computed, type Ref } from 'vue'
import { useDraft } from '@/lib/draft'
import { useSession } from '@/modules/access'
import { useSubmit } from '../composables/useSubmit'

/**
 * Keeps what stands in several fields of a form in this browser until it was sent; `name` says which form it is, `typed` which fields
 * somebody has to have filled in for there to be something to keep: all, unless the form fills some in by itself.
 */
export function keepFields<F extends Record<string, Ref>>(
  name: string,
  fields: F,
  typed: readonly (keyof F & string)[] = Object.keys(fields),
) {
  const me = useSession().me?.person.id
  const all = computed<Record<string, unknown>>({
    get: () => Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, field.value])),
    set: (kept) => {
      for (const [key, field] of Object.entries(fields)) if (key in kept) field.value = kept[key]
    },
  })
  const said = (now: Record<string, unknown>) => JSON.stringify(typed.map((key) => now[key]))
  const empty = said(all.value)
  return useDraft(`sbc.act.${me}.${name}`, all, (now) => said(now) === empty)
}

/** `useSubmit` for a form of a task in which something is written: it stays until it was sent. */
export function useKeptSubmit<F extends Record<string, Ref>>(
  taskId: () => string,
  name: string,
  fields: F,
  typed?: readonly (keyof F & string)[],
) {
  const form = useSubmit(taskId)
  const kept = keepFields(`${taskId()}.${name}`, fields, typed)
  async function submit<T>(run: (key: string) => Promise<T>): Promise<T | null> {
    const answer = await form.submit(run)
    if (answer !== null) kept.forget()
    return answer
  }
  return { ...form, submit, restored: kept.restored }
}
/** The form as its frame sees it. */
export type ActForm = ReturnType<typeof useSubmit> & { restored?: boolean }
