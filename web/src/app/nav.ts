import type { IconName } from '@/ui/icons'

/** The desk's menu: what is used daily stands open, what is looked up now and then, and what is set once, in groups that fold. */
export interface NavEntry {
  name: string
  icon: IconName
}
export type NavFold = 'material' | 'settings'
export interface NavGroup {
  /** Missing where it never folds. */
  fold?: NavFold
  entries: readonly NavEntry[]
}
export const NAV: readonly NavGroup[] = [
  {
    entries: [
      { name: 'home', icon: 'home' },
      { name: 'todo', icon: 'todo' },
      { name: 'tasks', icon: 'tasks' },
      { name: 'progress', icon: 'board' },
      { name: 'overdue', icon: 'flag' },
      { name: 'urges', icon: 'urge' },
      { name: 'orders', icon: 'stamp' },
      { name: 'inbox', icon: 'inbox' },
    ],
  },
  {
    fold: 'material',
    entries: [
      { name: 'series_list', icon: 'repeat' },
      { name: 'templates', icon: 'copy' },
      { name: 'library', icon: 'file' },
      { name: 'file_checks', icon: 'lock' },
      { name: 'import', icon: 'import' },
      { name: 'org', icon: 'org' },
    ],
  },
  {
    fold: 'settings',
    entries: [
      { name: 'calendar', icon: 'calendar' },
      { name: 'rules', icon: 'rules' },
      { name: 'order_rules', icon: 'stamp' },
      { name: 'reminder_rules', icon: 'clock' },
      { name: 'delivery_rules', icon: 'send' },
      { name: 'watch', icon: 'pulse' },
      { name: 'burden', icon: 'scales' },
      { name: 'kinds', icon: 'kinds' },
    ],
  },
]

/** Pages without an entry of their own, each below the entry it is reached from. */
const WITHIN: Record<string, string> = {
  order: 'orders',
  task: 'tasks',
  edit: 'tasks',
  decompose: 'tasks',
  burden_rules: 'rules',
  burden_statement: 'burden',
  series: 'series_list',
  series_new: 'series_list',
  template: 'templates',
}
export const entryOf = (route: string) => WITHIN[route] ?? route

/** As the sheet has them, in pixels: a row, the head of a group, everything above and below. */
const ROW = 34
const HEAD = 38
const REST = 132

/** Which groups stand open in a window of this height: those named `first` whatever happens, and as many more as there is room for. */
export function unfolded(
  groups: readonly NavGroup[],
  height: number,
  first: readonly NavFold[] = [],
  never: readonly NavFold[] = [],
): Set<NavFold> {
  const open = new Set<NavFold>()
  let used = REST
  for (const { fold, entries } of groups) {
    if (!fold || first.includes(fold)) used += entries.length * ROW
    if (fold) used += HEAD
    if (fold && first.includes(fold)) open.add(fold)
  }
  for (const { fold, entries } of groups) {
    if (!fold || open.has(fold) || never.includes(fold)) continue
    used += entries.length * ROW
    if (used > height) break
    open.add(fold)
  }
  return open
}
