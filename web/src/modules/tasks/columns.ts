import type { Field } from '@/api/types'

/** The columns of the task list, in their order; the title is always there. */
export const COLUMNS = [
  'lamp',
  'lead',
  'co',
  'progress',
  'due',
  'state',
  'importance',
  'source',
  'report',
  'number',
  'tags',
] as const
export type FixedColumn = (typeof COLUMNS)[number]
/** A field of the kind that the list is of, by its code. */
export type FieldColumn = `f_${string}`
export type Column = FixedColumn | FieldColumn
export const fieldColumn = (field: Pick<Field, 'code'>): FieldColumn => `f_${field.code}`
const isField = (column: unknown): column is FieldColumn => typeof column === 'string' && /^f_[a-z_]+$/.test(column)

/** What of them can be shown, in order: fields only where the list is of one kind. */
export function shownColumns(
  columns: readonly Column[],
  fields: readonly Field[],
): { fixed: FixedColumn[]; own: Field[] } {
  return {
    fixed: COLUMNS.filter((column) => columns.includes(column)),
    own: fields.filter((field) => columns.includes(fieldColumn(field))),
  }
}
/** In pixels: in a wide window, and below 1200 where names are left out and a date stands above its words. */
const WIDTHS: Record<FixedColumn, readonly [wide: number, narrow: number]> = {
  lamp: [112, 88],
  lead: [152, 112],
  co: [150, 120],
  progress: [128, 108],
  due: [188, 124],
  state: [96, 96],
  importance: [96, 96],
  source: [130, 112],
  report: [112, 112],
  number: [168, 136],
  tags: [160, 120],
}
const SHAPES: Record<Field['shape'], readonly [wide: number, narrow: number]> = {
  text: [150, 120],
  long_text: [220, 160],
  number: [132, 112],
  day: [112, 104],
  choice: [120, 104],
  choices: [160, 120],
  yes_no: [88, 80],
}
const ENGLISH: Partial<Record<FixedColumn, number>> = { lamp: 124, state: 144, importance: 108 }
/** The style that says how wide columns are together; the sheet chooses which of the two counts. */
export function widthOf(
  columns: readonly FixedColumn[],
  english: boolean,
  fields: readonly Field[] = [],
): Record<'--wide' | '--narrow', string> {
  const sum = (which: 0 | 1) =>
    columns.reduce((all, one) => all + Math.max(WIDTHS[one][which], (english && ENGLISH[one]) || 0), 0) +
    fields.reduce((all, one) => all + SHAPES[one.shape][which], 0)
  return { '--wide': `${sum(0)}px`, '--narrow': `${sum(1)}px` }
}
export const DEFAULT_COLUMNS: readonly FixedColumn[] = ['lamp', 'lead', 'progress', 'due', 'state']
export const COLUMN_SORT: Partial<Record<FixedColumn, string>> = {
  lamp: 'lamp',
  progress: 'progress',
  due: 'due_day',
  importance: 'importance',
  number: 'number',
}

/** What each column of the list is in an exported file, where a cell holds one thing. */
const EXPORTED: Record<FixedColumn, readonly string[]> = {
  lamp: ['lamp', 'reasons'],
  lead: ['lead_unit', 'lead_person'],
  co: ['co_units'],
  progress: ['progress', 'claimed'],
  due: ['due_day', 'remain_days', 'overdue_days'],
  state: ['state'],
  importance: ['importance', 'urgency'],
  source: ['source', 'document'],
  report: ['last_report_at'],
  number: ['number'],
  tags: ['tags'],
}
/** The columns of a file with what is shown. */
export function exported(columns: readonly Column[], fields: readonly Field[] = []): string {
  const { fixed, own } = shownColumns(columns, fields)
  return ['title', ...fixed.flatMap((one) => EXPORTED[one]), ...own.map(fieldColumn)].join(',')
}

export function keepKnown(saved: unknown): Column[] {
  if (!Array.isArray(saved)) return [...DEFAULT_COLUMNS]
  return [...COLUMNS.filter((column) => saved.includes(column)), ...new Set(saved.filter(isField))]
}
/** What a view shows: what this version does not know is left out, and where nothing is left, the list's own columns stay. */
export function viewColumns(saved: readonly string[], own: readonly string[]): string[] {
  const known = keepKnown(saved)
  return known.length ? known : [...own]
}
/** Every kind has fields of its own, so each keeps its own columns. */
export function partColumns(columns: readonly Column[]): { fixed: FixedColumn[]; own: FieldColumn[] } {
  return { fixed: COLUMNS.filter((column) => columns.includes(column)), own: columns.filter(isField) }
}
