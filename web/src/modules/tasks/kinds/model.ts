import type { Field, FieldShape, KindFieldInput, KindInput, Retention, SourceKind } from '@/api/types'

/** A kind as it is being changed. Values in, values out. */

export const SHAPES: readonly FieldShape[] = ['text', 'long_text', 'number', 'day', 'choice', 'choices', 'yes_no']
export const RETENTIONS: readonly Retention[] = ['permanent', 'thirty_years', 'ten_years']
export const TOKENS = ['year', 'month', 'unit', 'seq', 'seq:4'] as const
export const hasChoices = (shape: FieldShape) => shape === 'choice' || shape === 'choices'

export interface FieldRow {
  /** Its id; of one that is not there yet a name of the page's own, which begins with +. */
  id: string
  name: string
  shape: FieldShape
  measure: string
  /** One to a line. */
  choices: string
  required: boolean
  active: boolean
}
export interface KindDraft {
  name: string
  needs_approval: boolean
  retention: Retention
  numbering: string
  active: boolean
  fields: FieldRow[]
}

const rowOf = ({ id, name, shape, measure, choices, required, active }: Field): FieldRow => ({
  id,
  name,
  shape,
  measure: measure ?? '',
  choices: choices.join('\n'),
  required,
  active,
})
export const draftOf = (kind: SourceKind): KindDraft => ({
  name: kind.name,
  needs_approval: kind.needs_approval,
  retention: kind.retention,
  numbering: kind.numbering ?? '',
  active: kind.active,
  fields: kind.fields.map(rowOf),
})
export const emptyKind = (): KindDraft => ({
  name: '',
  needs_approval: false,
  retention: 'thirty_years',
  numbering: '',
  active: true,
  fields: [],
})
export const isNew = (row: Pick<FieldRow, 'id'>) => row.id.startsWith('+')
export function newRow(rows: readonly FieldRow[]): FieldRow {
  const taken = new Set(rows.map(({ id }) => id))
  let n = 1
  while (taken.has(`+${n}`)) n++
  return { id: `+${n}`, name: '', shape: 'text', measure: '', choices: '', required: false, active: true }
}

const lines = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
export function inputOf(draft: KindDraft): KindInput {
  return {
    name: draft.name.trim(),
    needs_approval: draft.needs_approval,
    retention: draft.retention,
    numbering: draft.numbering.trim() || null,
    active: draft.active,
    fields: draft.fields.map((row): KindFieldInput => ({
      ...(isNew(row) ? {} : { id: row.id }),
      name: row.name.trim(),
      shape: row.shape,
      measure: row.shape === 'number' && row.measure.trim() ? row.measure.trim() : null,
      choices: hasChoices(row.shape) ? lines(row.choices) : [],
      required: row.required,
      active: row.active,
    })),
  }
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)
const byId = (rows: readonly FieldRow[]) => new Map(rows.map((row) => [row.id, row]))
export const touched = (draft: KindDraft, base: KindDraft): boolean => !same(draft, base)

/** Somebody was faster: what was touched here stays, all else is theirs; fields one by one. */
export function rebased(mine: KindDraft, base: KindDraft, theirs: KindDraft): KindDraft {
  const own = <K extends keyof KindDraft>(key: K) => (same(mine[key], base[key]) ? theirs[key] : mine[key])
  const [was, now] = [byId(base.fields), byId(theirs.fields)]
  const kept = mine.fields.flatMap((row) => {
    if (isNew(row) || !same(row, was.get(row.id))) return now.has(row.id) || isNew(row) ? [row] : []
    return now.get(row.id) ?? []
  })
  const added = theirs.fields.filter((row) => !was.has(row.id))
  return {
    name: own('name'),
    needs_approval: own('needs_approval'),
    retention: own('retention'),
    numbering: own('numbering'),
    active: own('active'),
    fields: [...kept, ...added],
  }
}

/** What has changed between two, for people: which part, and of a field its name. */
export interface Changed {
  what: 'name' | 'needs_approval' | 'retention' | 'numbering' | 'active' | 'added' | 'removed' | 'field' | 'order'
  name: string
}
export function changesBetween(before: KindDraft, after: KindDraft): Changed[] {
  const parts = (['name', 'needs_approval', 'retention', 'numbering', 'active'] as const)
    .filter((key) => !same(before[key], after[key]))
    .map((what): Changed => ({ what, name: what === 'name' ? after.name : '' }))
  const [was, is] = [byId(before.fields), byId(after.fields)]
  const fields = after.fields.flatMap((row): Changed[] => {
    const old = was.get(row.id)
    if (!old) return [{ what: 'added', name: row.name }]
    return same(old, row) ? [] : [{ what: 'field', name: row.name }]
  })
  const gone = before.fields
    .filter(({ id }) => !is.has(id))
    .map((row): Changed => ({ what: 'removed', name: row.name }))
  const order = (rows: readonly FieldRow[], other: Map<string, FieldRow>) =>
    rows.filter(({ id }) => other.has(id)).map(({ id }) => id)
  const moved: Changed[] = same(order(before.fields, is), order(after.fields, was)) ? [] : [{ what: 'order', name: '' }]
  return [...parts, ...fields, ...gone, ...moved]
}

/** The list with one of it a place further up or down. */
export function moved<T>(list: readonly T[], at: number, by: -1 | 1): T[] {
  const next = [...list]
  const [one] = next.splice(at, 1)
  if (one !== undefined) next.splice(Math.max(0, Math.min(next.length, at + by)), 0, one)
  return next
}

/** Faults that are left once something was changed. */
export function stillWrong(faults: Record<string, string>, before: KindDraft, now: KindDraft): Record<string, string> {
  const moved = !same(
    before.fields.map(({ id }) => id),
    now.fields.map(({ id }) => id),
  )
  const left = (name: string) => {
    const [part, at] = name.split('.')
    if (part !== 'fields') return same(before[part as keyof KindDraft], now[part as keyof KindDraft])
    return !moved && same(before.fields[Number(at)], now.fields[Number(at)])
  }
  return Object.fromEntries(Object.entries(faults).filter(([name]) => left(name)))
}
