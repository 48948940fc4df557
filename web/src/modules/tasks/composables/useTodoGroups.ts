import { computed, ref } from 'vue'
import { toggled } from '@/lib/sets'
import { emptyTodo, groupDuties, type DutyKind } from '../duties'
import { useTodo } from './useTasks'

/** Of each kind so many are seen at once. */
const FEW = 5

/** What waits for me by kind, the first few of each; the rest unfolds. */
export function useTodoGroups() {
  const todo = useTodo()
  const opened = ref<ReadonlySet<DutyKind>>(new Set())
  const groups = computed(() =>
    groupDuties(todo.data.value?.items ?? []).map((group) => {
      const open = opened.value.has(group.kind)
      const shown = open ? group.items : group.items.slice(0, FEW)
      return { ...group, open, shown, more: Math.max(0, group.items.length - FEW) }
    }),
  )
  const total = computed(() => todo.data.value?.items.length ?? 0)
  const overdue = computed(() => groups.value.reduce((sum, group) => sum + group.overdue, 0))
  /** The server looks at so many at most. */
  const truncated = computed(() => todo.data.value?.truncated ?? false)
  const empty = computed(() => emptyTodo(truncated.value))
  const toggle = (kind: DutyKind) => (opened.value = toggled(opened.value, kind))
  return { todo, groups, total, overdue, truncated, empty, toggle }
}
