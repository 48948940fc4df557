import { computed, nextTick, ref, watch, type Ref } from 'vue'
import type { TaskDetail } from '@/api/types'
import { useDraft } from '@/lib/draft'
import { remember } from '@/lib/storage'
import { blankRow, isBlank, joined, pageIndex, reserved, revived, rowsOf, type ChildRow } from './breakdown'
import { distribute, known, sumsToHundred, weightSum } from './weights'

type Filled = Pick<TaskDetail, 'children' | 'reserved_weight' | 'task'>
/** What is being edited, and what was seen when it began. */
interface Sheet {
  rows: ChildRow[]
  version: number
  seen: string[]
}

/**
 * The rows being edited: filled once from the task, then belonging to the person until saved, in this browser even when the
 * tab is closed; the version sent is that of what they saw. When somebody was faster, their new rows join the person's own.
 */
export function useBreakdown(draft: string, detail: () => Filled | undefined, conflict: Ref<unknown>) {
  const sheet = ref<Sheet>({ rows: [], version: 0, seen: [] })
  const touched = ref(false)
  const kept = useDraft(draft, sheet, () => !touched.value)
  const restored = ref(kept.restored)
  if (kept.restored) sheet.value.rows = sheet.value.rows.map(revived)
  touched.value = kept.restored
  let filled = false
  const rows = computed({ get: () => sheet.value.rows, set: (now) => (sheet.value.rows = now) })
  const version = computed(() => sheet.value.version)
  const counted = computed(() => rows.value.filter((row) => !isBlank(row)))
  /** In percent: what is not ours to give. */
  const others = ref(0)
  const whole = computed(() => [...counted.value, reserved(others.value)])
  const sum = computed(() => weightSum(whole.value))
  const complete = computed(() => sumsToHundred(whole.value))

  function fill(from: Filled): void {
    rows.value = rowsOf(from)
    if (!rows.value.length) rows.value = [blankRow(), blankRow(), blankRow()]
    touched.value = false
    restored.value = false
    // At once: a page that is left in the same moment must not find again what has just been saved.
    remember(draft, null)
    note(from)
  }
  function note(from: Filled): void {
    filled = true
    others.value = from.reserved_weight
    sheet.value.version = from.task.version
    sheet.value.seen = from.children.map((child) => child.id)
  }
  function join(from: Filled): void {
    const theirs = rowsOf(from)
    const { seen } = sheet.value
    // A task that was out and ended meanwhile has no part in this any more.
    const standing = rows.value.filter((row) => !row.locked || theirs.some((one) => one.id === row.id))
    const mine = standing.map((row) => {
      const now = theirs.find((one) => one.id === row.id)
      // A draft taken away meanwhile: what was typed becomes a row of its own.
      if (row.id && !now) return { ...row, id: null, version: null, was: null, known: true }
      return now ? joined(row, now) : row
    })
    const added = theirs.filter((one) => one.id && !seen.includes(one.id) && !mine.some((row) => row.id === one.id))
    rows.value = [...mine.filter((row) => !isBlank(row)), ...added]
    note(from)
    share()
  }
  watch(
    detail,
    (now) => {
      if (!now) return
      if (!touched.value) fill(now)
      else if (!filled && now.task.version !== version.value) join(now)
      else if (!filled) note(now)
    },
    { immediate: true },
  )

  watch(conflict, (told) => {
    const now = detail()
    if (told && now) join(now)
  })

  /** Gives up what was not saved. */
  function restart(): void {
    const now = detail()
    if (now) fill(now)
  }
  /** Blank rows take no share. */
  function share(): void {
    const shared = new Map(distribute(whole.value).map((row) => [row.key, row.weight]))
    for (const row of rows.value) row.weight = shared.get(row.key) ?? 0
  }
  function even(): void {
    for (const row of rows.value) row.pinned = false
    change()
  }
  function pin(row: ChildRow, weight: number): void {
    row.weight = known(weight)
    row.pinned = true
    change()
  }
  function change(): void {
    touched.value = true
    share()
  }
  /** Somebody of the unit before does not go along. */
  function lead(row: ChildRow, unit: string): void {
    row.lead = unit
    row.person = ''
    change()
  }
  /** A unit that went takes with it what was said of it. */
  function co(row: ChildRow, chosen: string[]): void {
    row.co = chosen
    row.parts = Object.fromEntries(Object.entries(row.parts).filter(([unit]) => chosen.includes(unit)))
    change()
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

  /** 'children.2.title' → the cell of a row, wherever the row moves. */
  function cellErrors(errors: Record<string, string>): Record<string, string> {
    const cells: Record<string, string> = {}
    for (const [field, message] of Object.entries(errors)) {
      const match = /^children\.(\d+)\.(\w+)/.exec(field)
      const row = match && rows.value[pageIndex(rows.value, Number(match[1]))]
      if (!row) continue
      const further = /\.parties\.[1-9]/.test(field)
      const name = further ? 'co' : field.endsWith('.person_id') ? 'person' : match[2] === 'parties' ? 'lead' : match[2]
      cells[`${row.key}.${name}`] = message
    }
    return cells
  }
  return {
    rows,
    counted,
    others,
    sum,
    complete,
    touched,
    restored,
    version,
    fill,
    restart,
    even,
    pin,
    change,
    lead,
    co,
    addAfter,
    remove,
    move,
    cellErrors,
  }
}
