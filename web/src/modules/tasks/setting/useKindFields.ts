import { computed, watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { draftKey, kindOf, openFields, unsaid } from '../fields'
import type { TaskForm } from './form'
import type { useSubmit } from '../composables/useSubmit'
import { kindsChanged, useSourceKinds } from '../composables/useTasks'

/** What a task form has to know of the kind that is chosen in it. */
export function useKindFields(form: Ref<TaskForm>, sending: ReturnType<typeof useSubmit>) {
  const { t } = useI18n()
  const sources = useSourceKinds()
  const fields = computed(() => openFields(kindOf(sources.data.value ?? [], form.value.source_kind)))
  // A fault goes away as its own field is filled in; that of its neighbour stays.
  watch(
    () =>
      fields.value.map(({ code }) => [code, JSON.stringify(form.value.fields[draftKey(form.value.source_kind, code)])]),
    (now, before) => {
      const was = new Map(before.map(([code, value]) => [code, value]))
      for (const [code, value] of now) if (was.has(code) && was.get(code) !== value) sending.forgive(`fields.${code}`)
    },
  )
  // The server asks for a field that this page has not heard of yet.
  watch(sending.errors, (errors) => {
    const known = new Set(fields.value.map(({ code }) => `fields.${code}`))
    if (Object.keys(errors).some((name) => name.startsWith('fields.') && !known.has(name))) void kindsChanged()
  })
  /** Faults of the fields a task does not go out without. */
  const missing = (): Record<string, string> =>
    Object.fromEntries(
      unsaid(fields.value, form.value.source_kind, form.value.fields).map(({ code, name }) => [
        `fields.${code}`,
        t('common.error.empty', { what: name }),
      ]),
    )
  return { fields, missing }
}
