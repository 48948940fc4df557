import { computed, ref, watch, type Ref } from 'vue'
import type { TaskRow } from '@/api/types'
import { toggled } from '@/lib/sets'
import type { Chosen } from '../bulk'
import { filterQuery, type TaskFilter } from '../filter'

/** Which rows of a list are chosen: some that were ticked, or everything the filter finds. Another filter begins anew. */
export function useSelection(filter: () => TaskFilter) {
  const picked: Ref<ReadonlyMap<string, TaskRow>> = ref(new Map())
  const everything = ref(false)
  const ids = computed<ReadonlySet<string>>(() => new Set(picked.value.keys()))
  const rows = computed(() => (everything.value ? null : [...picked.value.values()]))
  const any = computed(() => everything.value || picked.value.size > 0)
  const chosen = computed<Chosen>(() =>
    everything.value ? { filter: filterQuery(filter()) } : { ids: [...picked.value.keys()] },
  )
  function clear(): void {
    picked.value = new Map()
    everything.value = false
  }
  function toggle(row: TaskRow): void {
    everything.value = false
    const next = toggled(ids.value, row.id)
    const known = new Map(picked.value).set(row.id, row)
    picked.value = new Map([...known].filter(([id]) => next.has(id)))
  }
  /** All of these, or none of them where all were chosen. */
  function toggleAll(all: readonly TaskRow[]): void {
    const full = all.every((row) => ids.value.has(row.id))
    everything.value = false
    const next = new Map(picked.value)
    for (const row of all) {
      if (full) next.delete(row.id)
      else next.set(row.id, row)
    }
    picked.value = next
  }
  watch(() => JSON.stringify({ ...filterQuery(filter()), sort: '' }), clear)
  return { ids, rows, any, everything, chosen, clear, toggle, toggleAll }
}
export type Selection = ReturnType<typeof useSelection>
