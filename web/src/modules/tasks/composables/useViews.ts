import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import type { SavedView, ViewInput } from '@/api/types'
import { explain } from '@/lib/problems'
import { queryClient } from '@/lib/query'
import { toast } from '@/lib/toast'
import * as api from '../api'

const KEY = ['views'] as const

/** Saved views in one's own order, and what can be done to them. */
export function useViews() {
  const query = useQuery({ queryKey: KEY, queryFn: api.listViews, select: (data) => data.items })
  const views = computed(() => query.data.value ?? [])
  const again = () => queryClient.invalidateQueries({ queryKey: KEY })

  async function run<T>(work: () => Promise<T>): Promise<T | null> {
    try {
      return await work()
    } catch (error) {
      toast(explain(error), true)
      return null
    } finally {
      await again()
    }
  }
  const change = (view: SavedView, input: ViewInput) => run(() => api.changeView(view.id, view.version, input))
  const remove = (view: SavedView) => run(() => api.removeView(view.id, view.version))
  const opener = () => views.value.find((view) => view.opens)?.id ?? null
  /** Makes it the one the list begins with, or none. */
  const open = (view: SavedView) =>
    run(() =>
      api.arrangeViews(
        views.value.map((one) => one.id),
        view.opens ? null : view.id,
      ),
    )
  function move(view: SavedView, by: -1 | 1) {
    const order = views.value.map((one) => one.id)
    const at = order.indexOf(view.id)
    const to = at + by
    if (at < 0 || to < 0 || to >= order.length) return null
    order.splice(at, 1)
    order.splice(to, 0, view.id)
    return run(() => api.arrangeViews(order, opener()))
  }
  return { query, views, again, change, remove, open, move }
}

/** A view as it is sent, from what it was. */
export const inputOf = (view: SavedView): ViewInput => ({
  name: view.name,
  filter: view.filter,
  columns: view.columns,
  grouping: view.grouping,
  mode: view.mode,
  shared: view.shared,
})
