import { computed, ref, watch } from 'vue'
import { recall, remember } from '@/lib/storage'
import { keepKnown, partColumns, type Column, type FieldColumn } from '../columns'

/** The columns somebody chose, kept in this browser; those of fields for each kind of its own. */
export function useColumns(kind: () => string) {
  const fixed = ref(partColumns(keepKnown(recall('sbc.tasks.columns', null))).fixed)
  const own = ref(recall<Record<string, FieldColumn[]>>('sbc.tasks.fieldColumns', {}))
  watch(fixed, (now) => remember('sbc.tasks.columns', now))
  watch(own, (now) => remember('sbc.tasks.fieldColumns', now))
  return computed<Column[]>({
    get: () => [...fixed.value, ...(own.value[kind()] ?? [])],
    set: (next) => {
      const parts = partColumns(next)
      fixed.value = parts.fixed
      if (kind()) own.value = { ...own.value, [kind()]: parts.own }
    },
  })
}
