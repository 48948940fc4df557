import type { ChildInput, TaskDetail, TaskRow } from '@/api/types'
import { uuid } from '@/lib/id'
import { dueInput } from './form'
import { distribute } from './weights'

/** One row of the decomposition editor. */
export interface ChildRow {
  key: string
  id: string | null
  /** Of a draft, as it was looked at. */
  version: number | null
  title: string
  lead: string
  /** Who handles it there. */
  person: string
  co: string[]
  weight: number
  /** Typed by hand: the distribution leaves it alone. */
  pinned: boolean
  due_text: string
  /** Already dispatched: its weight counts, the rest is not ours to change here. */
  locked: TaskRow | null
}

export function blankRow(): ChildRow {
  return {
    key: uuid(),
    id: null,
    version: null,
    title: '',
    lead: '',
    person: '',
    co: [],
    weight: 0,
    pinned: false,
    due_text: '',
    locked: null,
  }
}

type Parts = Pick<TaskDetail, 'children' | 'reserved_weight'>

/** What drafts of the other side take stands beside the rows like one that cannot be moved. */
export const reserved = (weight: number) => ({ key: 'reserved', weight, pinned: true })

export function rowsOf(detail: Parts): ChildRow[] {
  const rows = readRows(detail)
  // Drafts that still stand as the distribution left them go on being distributed.
  const loose = rows.map((row) => ({ ...row, pinned: row.locked !== null }))
  const shared = distribute([...loose, reserved(detail.reserved_weight)])
  const untouched = rows.every((row, index) => row.weight === shared[index]?.weight)
  return untouched ? loose : rows
}

function readRows(detail: Parts): ChildRow[] {
  return detail.children
    .filter((child) => child.state !== 'terminated')
    .map((child) => ({
      key: child.id,
      id: child.id,
      version: child.version,
      title: child.title,
      lead: child.lead?.unit.id ?? '',
      person: child.lead?.person?.id ?? '',
      co: child.co_units.map((unit) => unit.id),
      weight: child.weight,
      pinned: true,
      due_text: child.due_day ?? '',
      locked: child.state === 'draft' ? null : child,
    }))
}

export const isBlank = (row: ChildRow) => !row.id && !row.title.trim() && !row.lead && !row.due_text.trim()

/**
 * What is sent: drafts with their words, dispatched ones by their weight alone; blank rows are nothing.
 * A lead or a due day left open is inherited from the task above.
 */
export function childrenInput(rows: readonly ChildRow[], parent?: TaskRow): ChildInput[] {
  const heir = parent?.lead?.unit.id ?? ''
  return rows
    .filter((row) => !isBlank(row))
    .map((row) => {
      if (row.locked) return { id: row.locked.id, weight: row.weight }
      const input: ChildInput = { title: row.title.trim(), weight: row.weight }
      if (row.id) {
        input.id = row.id
        input.version = row.version
      }
      const lead = row.lead || heir
      input.parties = [
        ...(lead ? [{ unit_id: lead, role: 'lead' as const, ...(row.person ? { person_id: row.person } : {}) }] : []),
        ...row.co.filter((unit) => unit !== lead).map((unit_id) => ({ unit_id, role: 'co' as const })),
      ]
      const due = dueInput(row.due_text) ?? (parent?.due_day ? { day: parent.due_day } : null)
      if (due) input.due = due
      return input
    })
}

/** The server counts the rows it was sent; the page counts the rows it shows. */
export function pageIndex(rows: readonly ChildRow[], sentIndex: number): number {
  const sent = rows.flatMap((row, index) => (isBlank(row) ? [] : [index]))
  return sent[sentIndex] ?? sentIndex
}
