import { computed, nextTick, ref, watch, type Ref } from 'vue'
import type { TaskDetail } from '@/api/types'
import { blankRow, isBlank, pageIndex, rowsOf, type ChildRow } from '../breakdown'
import { distribute, sumsToHundred, weightSum } from '../weights'

type Filled = Pick<TaskDetail, 'children' | 'task'>

/**
 * The rows being edited: filled once from the task, then belonging to the person until saved; the version sent is that of
 * what they saw. When somebody was faster, their new rows join the person's own.
 */
export function useBreakdown(detail: () => Filled | undefined, conflict: Ref<unknown>) {
  const rows = ref<ChildRow[]>([])
  const filled = ref(false)
  const touched = ref(false)
  const version = ref(0)
  let seen = new Set<string>()
  const counted = computed(() => rows.value.filter((row) => !isBlank(row)))
  const sum = computed(() => weightSum(counted.value))
  const complete = computed(() => sumsToHundred(counted.value))

  function fill(from: Filled): void {
    rows.value = rowsOf(from)
    if (!rows.value.length) rows.value = [blankRow(), blankRow(), blankRow()]
    filled.value = true
    touched.value = false
    note(from)
  }
  function note(from: Filled): void {
    version.value = from.task.version
    seen = new Set(from.children.map((child) => child.id))
  }
  function join(from: Filled): void {
    const theirs = rowsOf(from)
    const kept = rows.value.map((row) => {
      const now = theirs.find((one) => one.id === row.id)
      // Handed out meanwhile: no longer ours to change. Taken away meanwhile: what was typed becomes a row of its own.
      return now?.locked ? now : row.id && !now ? { ...row, id: null, locked: null } : row
    })
    const added = theirs.filter((one) => one.id && !seen.has(one.id) && !kept.some((row) => row.id === one.id))
    rows.value = [...kept.filter((row) => !isBlank(row)), ...added]
    note(from)
    share()
  }
  watch(
    detail,
    (now) => {
      if (now && (!filled.value || !touched.value)) fill(now)
    },
    { immediate: true },
  )

  watch(conflict, (told) => {
    const now = detail()
    if (told && now) join(now)
  })

  /** Blank rows take no share. */
  function share(): void {
    const shared = new Map(distribute(counted.value).map((row) => [row.key, row.weight]))
    for (const row of rows.value) row.weight = shared.get(row.key) ?? 0
  }
  function even(): void {
    for (const row of rows.value) row.pinned = false
    share()
    touched.value = true
  }
  function pin(row: ChildRow, weight: number): void {
    row.weight = Math.max(0, Math.min(100, Math.round(weight * 100) / 100))
    row.pinned = true
    touched.value = true
    share()
  }
  function change(): void {
    touched.value = true
    share()
  }
  async function addAfter(index: number): Promise<void> {
    rows.value.splice(index + 1, 0, blankRow())
    await nextTick()
    document.querySelector<HTMLElement>(`[data-cell="title-${index + 1}"]`)?.focus()
  }
  function remove(index: number): void {
    rows.value.splice(index, 1)
    change()
  }
  function move(index: number, step: number): void {
    const [row] = rows.value.splice(index, 1)
    if (row) rows.value.splice(Math.max(0, index + step), 0, row)
    touched.value = true
  }

  /** 'children.2.title' → the cell on the page. */
  function cellErrors(errors: Record<string, string>): Record<string, string> {
    const cells: Record<string, string> = {}
    for (const [field, message] of Object.entries(errors)) {
      const match = /^children\.(\d+)\.(\w+)/.exec(field)
      if (!match) continue
      const name = match[2] === 'parties' ? 'lead' : match[2]
      cells[`${pageIndex(rows.value, Number(match[1]))}.${name}`] = message
    }
    return cells
  }
  return { rows, counted, sum, complete, touched, version, fill, even, pin, change, addAfter, remove, move, cellErrors }
}
