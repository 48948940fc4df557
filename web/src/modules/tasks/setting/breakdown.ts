import type { ChildInput, Party, TaskDetail, TaskRow } from '@/api/types'
import { uuid } from '@/lib/id'
import { dueInput } from './form'
import { furtherInput, furtherOf, type Parties } from './parties'
import { distribute } from './weights'

/** What a row says of its task; all but the weight has to be touched to be sent. */
type Said = Pick<ChildRow, 'title' | 'lead' | 'person' | 'co' | 'parts' | 'due_text' | 'weight'>

/** One row of the decomposition editor; of the units in `co` the list does not say as what they take part. */
export interface ChildRow extends Parties {
  key: string
  id: string | null
  /** Of a draft, as it was looked at. */
  version: number | null
  /** What its task said; nothing where a browser kept the row from before this was remembered. */
  was: Said | null
  /** Its parts are known: of a draft they are read when they are needed. */
  known: boolean
  title: string
  /** Who handles it in the leading unit. */
  person: string
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
    was: null,
    known: true,
    title: '',
    lead: '',
    person: '',
    co: [],
    parts: {},
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
      was: saidBy(child),
      known: false,
      ...saidBy(child),
      pinned: true,
      locked: child.state === 'draft' ? null : child,
    }))
}
const saidBy = (child: TaskRow): Said => ({
  title: child.title,
  lead: child.lead?.unit.id ?? '',
  person: child.lead?.person?.id ?? '',
  co: child.co_units.map((unit) => unit.id),
  parts: {},
  due_text: child.due_day ?? '',
  weight: child.weight,
})

/** Its parties as they are, below what has been said of them in the row. */
export function withKnown(row: ChildRow, parties: readonly Party[]): Pick<ChildRow, 'parts' | 'was' | 'known'> {
  const { parts } = furtherOf(parties)
  const of = Object.entries({ ...parts, ...row.parts }).filter(([unit]) => row.co.includes(unit))
  return { parts: Object.fromEntries(of), was: row.was && { ...row.was, parts }, known: true }
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)
/** Who takes part is said as a whole: a draft whose parties are touched has to be known. */
export function touchesParties(row: ChildRow, heir = ''): boolean {
  const { was } = row
  if (!was) return true
  const lead = row.lead || heir
  return lead !== was.lead || row.person !== was.person || !same(row.co, was.co) || !same(row.parts, was.parts)
}
export const unknown = (row: ChildRow, heir?: string) =>
  !!row.id && !row.locked && !row.known && touchesParties(row, heir)

/** A weight somebody gave the row; the share a draft got by itself is none. */
const weighed = (row: ChildRow) => (row.locked !== null || row.pinned) && row.weight !== row.was?.weight

/** After somebody else's change: what was touched in the row stays, the rest is theirs. Of a task that is out only the weight is ours. */
export function joined(row: ChildRow, now: ChildRow): ChildRow {
  const { was } = row
  if (now.locked) return weighed(row) ? { ...now, weight: row.weight, pinned: row.pinned } : now
  if (!was) return { ...row, version: now.version }
  const keys = ['title', 'lead', 'person', 'co', 'due_text'] as const
  const theirs = Object.fromEntries(keys.filter((key) => same(row[key], was[key])).map((key) => [key, now[key]]))
  const mine = Object.entries(row.parts).filter(([unit, part]) => !same(part, was.parts[unit]))
  return { ...row, ...theirs, parts: Object.fromEntries(mine), known: false, was: now.was, version: now.version }
}

/** What a browser has kept from before rows said as what a unit takes part. */
export const revived = (row: ChildRow): ChildRow => ({
  ...row,
  was: row.was ?? null,
  known: row.known ?? !row.id,
  parts: row.parts ?? {},
})

export const isBlank = (row: ChildRow) => !row.id && !row.title.trim() && !row.lead && !row.due_text.trim()

/**
 * What is sent: drafts with what was touched, dispatched ones by their weight alone; blank rows are nothing.
 * A lead or a due day left open is inherited from the task above.
 */
export function childrenInput(rows: readonly ChildRow[], parent?: TaskRow): ChildInput[] {
  const heir = parent?.lead?.unit.id ?? ''
  return rows
    .filter((row) => !isBlank(row))
    .map((row) => {
      if (row.locked) return { id: row.locked.id, weight: row.weight }
      const { was } = row
      const input: ChildInput = row.id
        ? { id: row.id, version: row.version, weight: row.weight }
        : { weight: row.weight }
      if (row.title.trim() !== was?.title) input.title = row.title.trim()
      if (touchesParties(row, heir)) {
        const lead = row.lead || heir
        input.parties = [
          ...(lead ? [{ unit_id: lead, role: 'lead' as const, ...(row.person ? { person_id: row.person } : {}) }] : []),
          ...furtherInput({ lead, co: row.co, parts: row.parts }),
        ]
      }
      const text = row.due_text.trim() || (parent?.due_day ?? '')
      const due = text === was?.due_text ? null : dueInput(text)
      if (due) input.due = due
      return input
    })
}

/** The server counts the rows it was sent; the page counts the rows it shows. */
export function pageIndex(rows: readonly ChildRow[], sentIndex: number): number {
  const sent = rows.flatMap((row, index) => (isBlank(row) ? [] : [index]))
  return sent[sentIndex] ?? sentIndex
}
