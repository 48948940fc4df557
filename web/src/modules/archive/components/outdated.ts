import type { Archive } from '@/api/types'

/** Those that say something else than the last one, which stands first, or whose digest was `refused`: the task has changed since. */
export function outdated(items: readonly Archive[], refused: ReadonlySet<string>): Set<string> {
  const newest = items[0]?.digest
  const old = ({ digest }: Archive) => digest !== newest || refused.has(digest)
  return new Set(items.filter(old).map((item) => item.id))
}
