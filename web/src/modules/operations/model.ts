import type { Field, Figure, Lamp, Mapping, Role, TaskImport, UnitChoice, UnitLoad } from '@/api/types'
import { monthEnd } from '@/lib/dates'

const OPEN = 'dispatched,active'

/** Which figures answer the question a role came with, and in which order. */
export type Shown = Omit<Figure, 'key'> & { key: Figure['key'] | 'due_soon' }
const FIGURES: Record<Role, Shown['key'][]> = {
  leader: ['red', 'overdue', 'orange', 'yellow', 'open', 'important', 'closed_month'],
  centre: ['red', 'overdue', 'orange', 'open', 'unsigned', 'due_soon', 'created_month', 'closed_month', 'important'],
  head: ['red', 'overdue', 'todo', 'due_soon', 'open', 'orange', 'closed_month'],
  liaison: ['unsigned', 'todo', 'overdue', 'due_soon', 'open'],
  handler: ['todo', 'overdue', 'due_soon', 'open'],
  administrator: [],
}

export function figuresOf(role: Role, figures: readonly Shown[]): Shown[] {
  return FIGURES[role].flatMap((key) => figures.find((figure) => figure.key === key) ?? [])
}

/** More of these is worse; the colour of a change follows. */
export const WORSE_WHEN_MORE: readonly Shown['key'][] = ['red', 'overdue', 'orange', 'yellow', 'unsigned']
export const FIGURE_LAMP: Partial<Record<Shown['key'], Lamp>> = { red: 'red', orange: 'orange', yellow: 'yellow' }

/** 'a=1&b=2' → a route to exactly the rows that make up the number. */
export function figureLink(figure: Shown): { name: string; query: Record<string, string> } {
  if (figure.key === 'todo') return { name: 'todo', query: {} }
  return { name: 'tasks', query: Object.fromEntries(new URLSearchParams(figure.query.replace(/^.*\?/, ''))) }
}

/** What is due soon is the same number everywhere: within five working days, not within a week. */
export const soonQuery = (role: Role) => ({
  leaves: 'true',
  due_soon: 'true',
  ...(role === 'handler' ? { mine: 'handling' } : {}),
})

/** The open tasks a unit's figures count. */
export function loadLink({ unit, with_below }: UnitLoad, more: Record<string, string> = { state: OPEN }) {
  const led = { lead_unit_id: unit.id, ...(with_below ? {} : { lead_only: 'true' }), leaves: 'true' }
  return { name: 'tasks', query: { ...led, ...more } }
}

/** The tasks that make up a figure of a month. */
export function monthLink(month: string, what: 'created' | 'closed' | 'overdue') {
  const [from, to] = [`${month}-01`, monthEnd(`${month}-01`)]
  const query = {
    created: { created_from: from, created_to: to, state: `${OPEN},closed,settled,suspended,terminated` },
    closed: { closed_from: from, closed_to: to },
    overdue: { due_from: from, due_to: to, overdue: 'true' },
  }[what]
  return { name: 'tasks', query: { leaves: 'true', ...query } }
}

/** The whole list behind the worst few of a home page. */
export const worstLink = (role: Role) => ({
  name: 'tasks',
  query: { lamp: 'red,orange', leaves: 'true', ...(role === 'handler' ? { mine: 'handling' } : {}) },
})

/** Units with something red first, then by load. */
export function byTrouble(units: readonly UnitLoad[]): UnitLoad[] {
  return [...units].sort(
    (a, b) => b.overdue - a.overdue || (b.by_lamp['orange'] ?? 0) - (a.by_lamp['orange'] ?? 0) || b.open - a.open,
  )
}

// --- ledger import
export const STEPS = ['upload', 'mapping', 'units', 'preview', 'done'] as const
export type Step = (typeof STEPS)[number]
export const MAPPED = ['title', 'demand', 'group', 'clause', 'lead', 'co', 'due', 'importance', 'tags'] as const

export function mappingFault(mapping: Mapping): 'title' | 'lead' | 'double' | null {
  if (!mapping.title) return 'title'
  if (!mapping.lead) return 'lead'
  const used = [...columnsOf(mapping), ...Object.values(mapping.fields ?? {})]
  return new Set(used).size < used.length ? 'double' : null
}

const columnsOf = (mapping: Mapping): string[] =>
  MAPPED.map((field) => mapping[field]).filter((column): column is string => !!column)
/** Columns that are called as a field is, with or without its measure, and stand for nothing else. */
export function namedColumns(
  fields: readonly Pick<Field, 'code' | 'name' | 'measure'>[],
  columns: readonly string[],
  mapping: Mapping,
): Record<string, string> {
  const taken = new Set(columnsOf(mapping))
  const bare = (heading: string) => heading.replace(/\s/g, '').replace(/[（(].*[）)]$/, '')
  const free = columns.filter((column) => !taken.has(column))
  return Object.fromEntries(
    fields.flatMap(({ code, name }) => {
      const column = free.find((one) => one === name) ?? free.find((one) => bare(one) === bare(name))
      return column ? [[code, column]] : []
    }),
  )
}

export function unitChoices(units: TaskImport['units']): Record<string, UnitChoice> {
  const choices: Record<string, UnitChoice> = {}
  for (const { name, unit, choice, suggestions } of units) {
    if (choice === 'ignore') choices[name] = { ignore: true }
    else if (choice === 'create') choices[name] = { create: true }
    else if (unit) choices[name] = { unit_id: unit.id }
    else if (suggestions.length === 1 && suggestions[0]) choices[name] = { unit_id: suggestions[0].id }
  }
  return choices
}

/** What was chosen before counts, for as far as the ledger still has the name; the rest is proposed. */
export function keptChoices(
  units: TaskImport['units'],
  kept: Readonly<Record<string, UnitChoice>>,
): Record<string, UnitChoice> {
  const known = new Set(units.map((unit) => unit.name))
  return { ...unitChoices(units), ...Object.fromEntries(Object.entries(kept).filter(([name]) => known.has(name))) }
}

/** Rows that only miss somebody to lead although units are named: the first could. */
export function leaderless({ mapping, rows }: Pick<TaskImport, 'mapping' | 'rows'>): number {
  if (mapping.first_co_as_lead) return 0
  return rows.filter((row) => !row.lead.length && row.co.length > 0).length
}

/** The steps where the errors that are left can be mended. */
export function mendingSteps(ledger: Pick<TaskImport, 'mapping' | 'rows'>): Step[] {
  const fields = ledger.rows.flatMap((row) =>
    row.problems.filter((one) => one.severity === 'error').map((one) => one.field),
  )
  const units = fields.some((field) => field === 'co' || (field === 'lead' && !leaderless(ledger)))
  return [
    ...(fields.some((field) => field !== 'co') ? (['mapping'] as const) : []),
    ...(units ? (['units'] as const) : []),
  ]
}

/** What needs a look: rows with problems, those that are `hinted` at for another reason, and those left out, to be taken in again. */
export function problemRows(rows: TaskImport['rows'], hinted: ReadonlySet<number>): TaskImport['rows'] {
  // What stops the import comes first; mere hints may be many.
  const stops = (row: TaskImport['rows'][number]) => row.problems.some((problem) => problem.severity === 'error')
  return rows
    .filter((row) => row.problems.length > 0 || row.excluded || hinted.has(row.row))
    .sort((a, b) => Number(stops(b)) - Number(stops(a)))
}
