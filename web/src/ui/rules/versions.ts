import type { LineChange } from './lines'

/** Versions of a set of rules: which holds, which comes next, what each changed. The same for every set of rules. */
export interface Version<R> {
  version: number
  /** The first day on which it is in force. */
  from_day: string
  rules: R
  reason: string
  by?: { name: string } | null
  at: string
}
export interface VersionsView<R> {
  /** The last one written, 0 where none was. */
  version: number
  /** In force today, 0 for the defaults. */
  in_force: number
  rules: R
  defaults: R
  history: Version<R>[]
}
export interface HistoryRow<C, R = unknown> {
  version: Version<R>
  /** In force, ahead, or neither: it was followed by another. */
  state: 'now' | 'ahead' | 'past'
  /** Null where what was before is not shown. */
  changes: C[] | null
}

/** What one change says: a sentence, or a sentence and what its lines were and are. */
export type Said = string | { text: string; parts: readonly LineChange[] }
export const textOf = (said: Said) => (typeof said === 'string' ? said : said.text)
export const partsOf = (said: Said) => (typeof said === 'string' ? [] : said.parts)

/** The server shows so many versions; what came before the last of them is not known. */
export const HISTORY = 50

export const isView = <R>(value: unknown): value is VersionsView<R> =>
  typeof value === 'object' && value !== null && 'in_force' in value && 'history' in value

/** The version a version took over from, as things were when it was written; nothing for the defaults. */
function before<R>(history: readonly Version<R>[], one: Version<R>): Version<R> | undefined {
  return history
    .filter((other) => other.version < one.version && other.from_day <= one.from_day)
    .sort((a, b) => b.from_day.localeCompare(a.from_day) || b.version - a.version)[0]
}

/** Every version with what it changed. */
export function historyOf<R, C>(
  view: VersionsView<R>,
  today: string,
  differ: (from: R, to: R) => C[],
): HistoryRow<C, R>[] {
  const { history } = view
  return history.map((version) => {
    const previous = before(history, version)
    const unknown = !previous && history.length >= HISTORY
    const replaced = history.some((other) => other.from_day === version.from_day && other.version > version.version)
    const ahead = version.from_day > today && !replaced
    return {
      version,
      state: version.version === view.in_force ? 'now' : ahead ? 'ahead' : 'past',
      changes: unknown ? null : differ(previous?.rules ?? view.defaults, version.rules),
    }
  })
}

/** The version that begins next, if one was written for a day to come. */
export function nextOf<C, R>(rows: readonly HistoryRow<C, R>[]): Version<R> | undefined {
  const ahead = rows.filter((row) => row.state === 'ahead').map((row) => row.version)
  return ahead.sort((a, b) => a.from_day.localeCompare(b.from_day))[0]
}
