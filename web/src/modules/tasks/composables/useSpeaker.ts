import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { useUnits } from '@/modules/org'
import { kindOf, openFields } from '../fields'
import type { Speaker, TaskFilter } from '../filter'
import { usePersonName } from './usePersonName'
import { useSourceKinds } from './useTasks'

/** The words a filter is read with, and what it can be asked about: kinds, and the fields of the one that is chosen. */
export function useSpeaker(filter: () => TaskFilter) {
  const { t } = useI18n()
  const units = useUnits()
  const sources = useSourceKinds()
  const personName = usePersonName(() => filter().other)
  const kinds = computed(() => sources.data.value ?? [])
  const kind = computed(() => (filter().source_kind ? kindOf(kinds.value, filter().source_kind) : undefined))
  /** Those that are asked for, and those that have been and still stand there. */
  const fields = computed(() => kind.value?.fields ?? [])
  const speaker = computed<Speaker>(() => ({
    t: (key, values) => t(key, values ?? {}),
    unitName: (id) => units.data.value?.find((unit) => unit.id === id)?.short_name ?? '…',
    personName,
    sourceName: (code) => kindOf(kinds.value, code)?.name ?? code,
    fieldOf: (code) =>
      (kind.value ? [kind.value] : kinds.value).flatMap((one) => one.fields).find((field) => field.code === code),
  }))
  return { speaker, kinds, kind, fields, open: computed(() => openFields(kind.value)) }
}
