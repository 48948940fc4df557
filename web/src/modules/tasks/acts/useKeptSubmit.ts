import { computed, type Ref } from 'vue'
import { useDraft } from '@/lib/draft'
import { useSession } from '@/modules/access'
import { useSubmit } from '../composables/useSubmit'

/** What a form is about where that is chosen in it, and what may be chosen now. */
export interface About {
  chosen: Ref<string>
  among: () => readonly string[]
}

/**
 * `typed` are the fields of which somebody has to have filled one in for there to be something to keep: all, unless the form fills
 * some in by itself. Words come back with what they are `about`, and not at all where that can be chosen no more: under another
 * matter they would be wrong.
 */
export interface Kept<F> {
  typed?: readonly (keyof F & string)[]
  about?: About | undefined
}

/** Keeps what stands in several fields of a form in this browser until it was sent; `name` says which form it is. */
export function keepFields<F extends Record<string, Ref>>(
  name: string,
  fields: F,
  { typed = Object.keys(fields), about }: Kept<F> = {},
) {
  const me = useSession().me?.person.id
  let apt = true
  const all = computed<Record<string, unknown>>({
    get: () => ({
      ...Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, field.value])),
      ...(about ? { about: about.chosen.value } : {}),
    }),
    set: (kept) => {
      if (about) {
        const of = String(kept['about'])
        apt = about.among().includes(of)
        if (!apt) return
        about.chosen.value = of
      }
      for (const [key, field] of Object.entries(fields)) if (key in kept) field.value = kept[key]
    },
  })
  const said = (now: Record<string, unknown>) => JSON.stringify(typed.map((key) => now[key]))
  const empty = said(all.value)
  const kept = useDraft(`sbc.act.${me}.${name}`, all, (now) => said(now) === empty)
  return { ...kept, restored: kept.restored && apt }
}

/** `useSubmit` for a form of a task in which something is written: it stays until it was sent. */
export function useKeptSubmit<F extends Record<string, Ref>>(
  taskId: () => string,
  name: string,
  fields: F,
  how: Kept<F> = {},
) {
  const form = useSubmit(taskId)
  const kept = keepFields(`${taskId()}.${name}`, fields, how)
  async function submit<T>(run: (key: string) => Promise<T>): Promise<T | null> {
    const answer = await form.submit(run)
    if (answer !== null) kept.forget()
    return answer
  }
  return { ...form, submit, restored: kept.restored }
}
/** The form as its frame sees it. */
export type ActForm = ReturnType<typeof useSubmit> & { restored?: boolean }
