import { useQuery } from '@tanstack/vue-query'
import { computed, ref } from 'vue'
import { readUnitNotes } from '../api'

/** What leaders think of a unit: the newest few, and whether one may say something. */
export function useUnitNotes(unitId: () => string) {
  const query = useQuery({
    queryKey: computed(() => ['unit-notes', unitId()]),
    queryFn: () => readUnitNotes(unitId()),
  })
  const all = ref(false)
  const notes = computed(() => query.data.value?.items ?? [])
  const shown = computed(() => (all.value ? notes.value : notes.value.slice(0, 3)))
  /** One's own of today, which is corrected and not followed by another. */
  const today = computed(() => notes.value.find((note) => note.may_correct) ?? null)
  return { data: query.data, all, notes, shown, today }
}
