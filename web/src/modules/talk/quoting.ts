import type { Comment, TimelineItem } from '@/api/types'
import type { Quoting } from './model'

export const quoteComment = (comment: Comment): Quoting => ({
  comment_id: comment.id,
  name: comment.by.name,
  text: comment.text.slice(0, 80),
})
export const quoteEntry = (entry: TimelineItem, text = entry.sentence): Quoting => ({
  seq: entry.seq,
  name: entry.actor?.name ?? '',
  text: text.slice(0, 80),
})

/** What a key of an address names, where it is known. */
export function quotingOf(key: string, comments: readonly Comment[], ledger: readonly TimelineItem[]): Quoting | null {
  const rest = key.slice(1)
  if (key.startsWith('c')) {
    const comment = comments.find((one) => one.id === rest && !one.deleted_at)
    return comment ? quoteComment(comment) : null
  }
  const entry = ledger.find((one) => String(one.seq) === rest)
  return entry ? quoteEntry(entry) : null
}
