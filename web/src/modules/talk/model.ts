import type { Note, PersonRef, TaskDetail } from '@/api/types'

/** Of one subject, a report or the task as a whole: the note that is one's own and of today. */
export const ownNote = (detail: TaskDetail, reportId: string | null): Note | undefined =>
  detail.talk.notes.find((note) => note.may_correct && note.report_id === reportId)

/** The word behind the last @ before the cursor, where one is being written: it ends at a blank. */
export function mentionAt(text: string, cursor: number): string | null {
  const before = text.slice(0, cursor)
  const at = Math.max(before.lastIndexOf('@'), before.lastIndexOf('＠'))
  if (at < 0) return null
  const word = before.slice(at + 1)
  return /[\s，。！？；：、,.!?;:]/.test(word) || word.length > 12 ? null : word
}

/** Puts the name where its beginning stood, and says where the cursor goes. */
export function withMention(text: string, cursor: number, name: string): { text: string; cursor: number } {
  const word = mentionAt(text, cursor)
  const start = word === null ? cursor : cursor - word.length - 1
  const said = `@${name} `
  return { text: text.slice(0, start) + said + text.slice(cursor), cursor: start + said.length }
}

/** Those who are still named in the text; who was taken out again is not addressed. */
export const stillNamed = (text: string, people: readonly PersonRef[]): PersonRef[] => {
  const left = people.filter(({ name }) => text.includes(`@${name}`))
  return left.filter(({ id }, at) => left.findIndex((other) => other.id === id) === at)
}

/** A comment in pieces: what addresses somebody, and the rest. */
export function pieces(text: string, people: readonly PersonRef[]): { text: string; named: boolean }[] {
  const names = [...people].map(({ name }) => `@${name}`).sort((a, b) => b.length - a.length)
  const out: { text: string; named: boolean }[] = []
  let rest = text
  while (rest) {
    const next = names
      .map((name) => ({ name, at: rest.indexOf(name) }))
      .filter(({ at }) => at >= 0)
      .sort((a, b) => a.at - b.at)[0]
    if (!next) break
    if (next.at) out.push({ text: rest.slice(0, next.at), named: false })
    out.push({ text: next.name, named: true })
    rest = rest.slice(next.at + next.name.length)
  }
  if (rest) out.push({ text: rest, named: false })
  return out
}

/** What is quoted: a comment, or an entry of the ledger. */
export interface Quoting {
  comment_id?: string
  seq?: number
  name: string
  text: string
}
/** In an address: `c…` a comment, `e…` an entry. */
export const quoteKey = (quote: Quoting) => (quote.comment_id ? `c${quote.comment_id}` : `e${quote.seq}`)

/** What a note lacks, by field: stars, and words where there are few of them. */
export function missing(stars: number, text: string, t: (key: string, values?: object) => string) {
  const errors: Record<string, string> = {}
  if (!stars) errors['stars'] = t('common.error.empty', { what: t('talk.note.stars') })
  else if (stars <= 2 && !text.trim()) errors['text'] = t('common.error.empty', { what: t('talk.note.text') })
  return errors
}
