import { reactive, ref, computed, toValue, watch, type MaybeRefOrGetter, type Ref } from 'vue'
import type { TaskRow } from '@/api/types'
import { i18n } from '@/i18n'
import { explain } from '@/lib/problems'
import { queryClient } from '@/lib/query'
import { toast } from '@/lib/toast'
import { readTree } from '../api'

export interface TreeRows {
  rows: Ref<TaskRow[]>
  open: ReadonlySet<string>
  loading: Ref<string>
  toggle(row: TaskRow): Promise<void>
}

/** Unfolds children where they stand and in the order of the plan; a tree is asked for when it is opened. */
export function useTreeRows(roots: Ref<TaskRow[]>, active: MaybeRefOrGetter<boolean>): TreeRows {
  const open = reactive(new Set<string>())
  const children = reactive(new Map<string, TaskRow[]>())
  const loading = ref('')

  const rows = computed(() => {
    if (!toValue(active)) return roots.value
    const flat: TaskRow[] = []
    const walk = (list: readonly TaskRow[], depth: number) => {
      for (const row of list) {
        flat.push({ ...row, depth })
        if (open.has(row.id)) walk(children.get(row.id) ?? [], depth + 1)
      }
    }
    walk(roots.value, 0)
    return flat
  })

  async function read(id: string): Promise<void> {
    const tree = await queryClient.fetchQuery({ queryKey: ['tasks', 'tree', id], queryFn: () => readTree(id) })
    children.set(
      id,
      tree.items.filter((one) => one.parent_id === id),
    )
  }
  // Why a lamp is lit is said by the server.
  watch(i18n.global.locale, () => {
    for (const id of open) read(id).catch(() => open.delete(id))
  })

  async function toggle(row: TaskRow): Promise<void> {
    if (open.delete(row.id)) return
    loading.value = row.id
    try {
      await read(row.id)
      open.add(row.id)
    } catch (error) {
      toast(explain(error), true)
    } finally {
      loading.value = ''
    }
  }
  return { rows, open, loading, toggle }
}
