import type { Field, TaskInput } from '@/api/types'
import { inputOf, type TaskForm } from './form'

/** What a change sends: `reason` where the server asks for one. */
export type TaskPatch = Partial<TaskInput> & { reason?: string }

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

/**
 * What has been touched since the form was filled, and nothing else: the rest may say less than the task does, or what has
 * changed by other ways since, like a due day that was put off.
 */
export function changesOf(form: TaskForm, base: TaskForm, fields: readonly Field[] = []): TaskPatch {
  const now = inputOf(form, fields)
  const was = inputOf(base, fields)
  const keys = Object.keys(now) as (keyof TaskInput)[]
  const patch: TaskPatch = Object.fromEntries(
    keys.filter((key) => !same(now[key], was[key])).map((key) => [key, now[key]]),
  )
  for (const key of ['source_document', 'clause'] as const) if (was[key] && !now[key]) patch[key] = ''
  if (form.due_text.trim() === base.due_text.trim()) delete patch.due
  // Words are counted from the first day: the page shows what they come to from the new one.
  if (patch.start_day && now.due?.text) patch.due = now.due
  // Words that name a rhythm or several days set them, unless it is said what stands: what the page shows was chosen.
  if (patch.due?.text) Object.assign(patch, { report_rule: now.report_rule, milestones: now.milestones })
  // Of another kind everything is said anew.
  if (patch.fields && !patch.source_kind) {
    const before = was.fields ?? {}
    patch.fields = Object.fromEntries(
      Object.entries(patch.fields).filter(([code, value]) => !same(value, before[code])),
    )
  }
  return patch
}

/** What can be changed but not taken away once it was said. */
export const taken = (form: TaskForm, base: TaskForm): ('due_text' | 'start_day')[] =>
  (['due_text', 'start_day'] as const).filter((key) => base[key].trim() && !form[key].trim())
