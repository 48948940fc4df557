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
] as const
export type Column = (typeof COLUMNS)[number]
/** In pixels: in a wide window, and below 1200 where names are left out and a date stands above its words. */
const WIDTHS: Record<Column, readonly [wide: number, narrow: number]> = {
  lamp: [112, 88],
  lead: [168, 112],
  co: [150, 120],
  progress: [150, 108],
  due: [212, 124],
  state: [104, 104],
  importance: [96, 96],
  source: [130, 112],
  report: [112, 112],
  number: [130, 130],
}
const ENGLISH: Partial<Record<Column, number>> = { lamp: 124, state: 144, importance: 108 }
/** The style that says how wide columns are together; the sheet chooses which of the two counts. */
export function widthOf(columns: readonly Column[], english: boolean): Record<'--wide' | '--narrow', string> {
  const sum = (which: 0 | 1) =>
    columns.reduce((all, one) => all + Math.max(WIDTHS[one][which], (english && ENGLISH[one]) || 0), 0)
  return { '--wide': `${sum(0)}px`, '--narrow': `${sum(1)}px` }
}
export const DEFAULT_COLUMNS: readonly Column[] = ['lamp', 'lead', 'progress', 'due', 'state']
export const COLUMN_SORT: Partial<Record<Column, string>> = {
  lamp: 'lamp',
  progress: 'progress',
  due: 'due_day',
  importance: 'importance',
  number: 'number',
}

/** What each column of the list is in an exported file, where a cell holds one thing. */
const EXPORTED: Record<Column, readonly string[]> = {
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
}
/** The columns of a file with what is shown. */
export const exported = (columns: readonly Column[]): string =>
  ['title', ...COLUMNS.filter((one) => columns.includes(one)).flatMap((one) => EXPORTED[one])].join(',')

export function keepKnown(saved: unknown): Column[] {
  return Array.isArray(saved) ? COLUMNS.filter((column) => saved.includes(column)) : [...DEFAULT_COLUMNS]
}
