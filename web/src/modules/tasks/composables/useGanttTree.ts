import { computed, reactive, ref, type Ref } from 'vue'
import type { GanttRow } from '@/api/types'
import { explain } from '@/lib/problems'
import { toast } from '@/lib/toast'
import { readGantt } from '../api'

/** Bars with those below them, unfolded where they stand. A row that is there already is not shown twice. */
export function useGanttTree(tops: Ref<GanttRow[]>) {
  const below = reactive(new Map<string, GanttRow[]>())
  const busy = ref('')
  const rows = computed(() => {
    const flat: { row: GanttRow; depth: number }[] = []
    const shown = new Set(tops.value.map((row) => row.task.id))
    const walk = (list: readonly GanttRow[], depth: number) => {
      for (const row of list) {
        if (depth && shown.has(row.task.id)) continue
        flat.push({ row, depth })
        walk(below.get(row.task.id) ?? [], depth + 1)
      }
    }
    walk(tops.value, 0)
    return flat
  })
  async function read(id: string): Promise<void> {
    const page = await readGantt({ parent_id: id, limit: 200, sort: 'due_day' })
    below.set(id, page.items)
  }
  async function toggle(row: GanttRow): Promise<void> {
    if (below.delete(row.task.id)) return
    busy.value = row.task.id
    try {
      await read(row.task.id)
    } catch (error) {
      toast(explain(error), true)
    } finally {
      busy.value = ''
    }
  }
  /** What is unfolded is read again after something has moved. */
  const refresh = () => Promise.all([...below.keys()].map((id) => read(id).catch(() => below.delete(id))))
  return { rows, busy, isOpen: (id: string) => below.has(id), toggle, refresh }
}
