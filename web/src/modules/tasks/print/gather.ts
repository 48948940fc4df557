import type { Page, TaskRow } from '@/api/types'
import type { TaskFilter } from '../filter'

export interface Section {
  key: string
  /** What it is of, where the list falls into groups. */
  label: string
  filter: TaskFilter
}
export interface Printed extends Section {
  rows: TaskRow[]
}

/** Whoever needs more on paper narrows the list, or takes it as a file. */
export const MOST = 1000

/** The rows of a list for paper, page by page, up to so many in all; a part that has none is left out. */
export async function gather(
  sections: readonly Section[],
  read: (filter: TaskFilter, cursor: string | null) => Promise<Page<TaskRow>>,
  most = MOST,
): Promise<Printed[]> {
  const printed: Printed[] = []
  let left = most
  for (const section of sections) {
    const rows: TaskRow[] = []
    for (let cursor: string | null = null; left > 0;) {
      const page: Page<TaskRow> = await read(section.filter, cursor)
      rows.push(...page.items.slice(0, left))
      left -= Math.min(left, page.items.length)
      cursor = page.next_cursor ?? null
      if (!cursor) break
    }
    if (rows.length) printed.push({ ...section, rows })
  }
  return printed
}
