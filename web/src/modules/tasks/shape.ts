import type { SavedView } from '@/api/types'
import { filterQuery, parseFilter, type TaskFilter } from './filter'

/** How the list is shown; it stands in the address beside the filter. */
export const MODES = ['list', 'tree', 'board', 'calendar', 'gantt', 'heat'] as const
export type Mode = (typeof MODES)[number]
export const GROUPS = ['state', 'lamp', 'unit', 'importance'] as const
export type GroupBy = (typeof GROUPS)[number]

export interface Shape {
  mode: Mode
  group: GroupBy | ''
  /** The month a calendar shows, YYYY-MM; empty means the present one. */
  month: string
  /** The saved view this began with; `none` where somebody wants to begin with everything. */
  saved: string
}

type Raw = Parameters<typeof parseFilter>[0]
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/

export function parseShape(raw: Raw): Shape {
  const one = (name: string) => {
    const value = raw[name]
    return (Array.isArray(value) ? value[0] : value) ?? ''
  }
  return {
    mode: MODES.find((mode) => mode === one('view')) ?? 'list',
    group: GROUPS.find((group) => group === one('group')) ?? '',
    month: MONTH.test(one('month')) ? one('month') : '',
    saved: one('saved'),
  }
}

/** Only what is set, as for the filter. */
export function shapeQuery(shape: Shape): Record<string, string> {
  const query: Record<string, string> = {}
  if (shape.mode !== 'list') query['view'] = shape.mode
  if (shape.group) query['group'] = shape.group
  if (shape.month && shape.mode === 'calendar') query['month'] = shape.month
  if (shape.saved) query['saved'] = shape.saved
  return query
}

/** The address of a saved view. */
export function viewQuery(view: SavedView): Record<string, string> {
  const filter = parseFilter(Object.fromEntries(new URLSearchParams(view.filter)))
  return {
    ...filterQuery(filter),
    ...shapeQuery({ mode: view.mode, group: view.grouping ?? '', month: '', saved: view.id }),
  }
}

/** A filter as a saved view keeps it. */
export const keptFilter = (filter: TaskFilter): string => new URLSearchParams(filterQuery(filter)).toString()
