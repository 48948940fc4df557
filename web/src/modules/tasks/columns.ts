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
export const DEFAULT_COLUMNS: readonly Column[] = ['lamp', 'lead', 'progress', 'due', 'state']
export const COLUMN_SORT: Partial<Record<Column, string>> = {
  lamp: 'lamp',
  progress: 'progress',
  due: 'due_day',
  importance: 'importance',
  number: 'number',
}

export function keepKnown(saved: unknown): Column[] {
  return Array.isArray(saved) ? COLUMNS.filter((column) => saved.includes(column)) : [...DEFAULT_COLUMNS]
}
