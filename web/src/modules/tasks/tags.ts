import type { Tag } from '@/api/types'

/** Words on tasks, compared as the server compares them. */

const LONGEST = 20
const MOST = 10
const OFFERED = 8

/** Without case, width and spaces. */
const folded = (name: string) => name.normalize('NFKC').replace(/\s/g, '').toLowerCase()
export const sameTag = (a: string, b: string): boolean => folded(a) === folded(b)

/** Tags in use that are not chosen yet and go with what is typed, the most used first. */
export function suggestions(tags: readonly Tag[], chosen: readonly string[], typed: string): Tag[] {
  const words = folded(typed)
  return tags
    .filter((tag) => !tag.retired && folded(tag.name).includes(words) && !chosen.some((one) => sameTag(one, tag.name)))
    .sort((a, b) => b.tasks - a.tasks || a.name.localeCompare(b.name, 'zh-CN'))
    .slice(0, OFFERED)
}

type TagFault = 'long' | 'many' | 'retired' | 'unknown'
/** Why a word cannot be put on a task by whoever may, or may not, bring in new ones. */
export function tagFault(word: string, known: Tag | undefined, mayAdd: boolean, chosen: number): TagFault | null {
  if (chosen >= MOST) return 'many'
  if (known) return known.retired ? 'retired' : null
  if (!mayAdd) return 'unknown'
  return [...word].length > LONGEST ? 'long' : null
}

/** Another tag that would be the same by this name: taking it puts the two together. */
export const mergesInto = (tags: readonly Tag[], tag: Pick<Tag, 'id'>, name: string): Tag | undefined =>
  tags.find((other) => other.id !== tag.id && sameTag(other.name, name))
