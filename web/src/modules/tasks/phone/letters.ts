import { Problem } from '@/api/client'
import type { CommentInput, PersonRef, ReportInput, Urge } from '@/api/types'
import { uuid } from '@/lib/id'
import type { Delivery, OutboxItem } from '@/lib/outbox'
import { uploadFile } from '@/modules/files'
import { sendComment, type Quoting } from '@/modules/talk'
import { reportProgress, signTask, type SignBody } from '../api'

/** What can be written without a line. Each says what it is; one that does not is a report, as all were once. */
export interface Payloads {
  report: ReportInput & { what?: undefined }
  /** Who is named and what is quoted stands by for its form, should it be refused. */
  comment: CommentInput & { what: 'comment'; people?: PersonRef[]; quote?: Quoting | null }
  /** The version goes with the first try only: whoever sends it again has read that something changed. */
  sign: SignBody & { what: 'sign'; text?: undefined }
  /** `target` is the urge. */
  reply: { what: 'reply'; target: string; text: string }
  urge: {
    what: 'urge'
    text: string
    method: Urge['method']
    party_ids: string[]
    reply_due_day?: string
    answer?: { person_id: string; text: string }
  }
}
export type LetterKind = keyof Payloads
export type Payload = Payloads[LetterKind]
export type Letter = OutboxItem<Payload>
export const kindOf = (payload: Payload): LetterKind => payload.what ?? 'report'
export const targetOf = (payload: Payload) => ('target' in payload ? payload.target : undefined)
export const isRefused = <K extends LetterKind>(item: Letter, kind: K): item is OutboxItem<Payloads[K]> =>
  item.state === 'failed' && kindOf(item.payload) === kind

/** The form that takes it back; what has no words has none. */
export function formOf({ id, subject, payload }: Letter) {
  const kind = kindOf(payload)
  const target = targetOf(payload)
  if (kind === 'sign') return null
  return { name: 'act', params: { id: subject, action: kind }, query: { letter: id, ...(target ? { target } : {}) } }
}

/** All that was written, to be read. */
export function wordsOf(payload: Payload): string {
  const words: (string | null | undefined)[] = [payload.text]
  if (payload.what === undefined) words.push(payload.fall_reason, payload.problem, payload.next_step)
  if (payload.what === 'urge') words.push(payload.answer?.text)
  return words.filter(Boolean).join('\n')
}

/** What was attached and is still kept here, as it was picked. */
export const filesOf = ({ parts }: Pick<OutboxItem, 'parts'>): File[] =>
  parts.flatMap(({ bytes, name, type }) => (bytes ? new File([bytes], name, { type }) : []))

/** As it is sent once more by hand. */
export function again(payload: Payload): Payload {
  if (payload.what !== 'sign') return payload
  const { what, handler_id } = payload
  return handler_id ? { what, handler_id } : { what }
}

/** Photos first, each once; then the words with what the server called them. */
export async function deliverLetter(item: OutboxItem, { share, keep, here }: Delivery): Promise<unknown> {
  const total = item.parts.reduce((sum, part) => sum + part.size, 1)
  let before = 0
  for (const part of item.parts) {
    if (!part.done && part.bytes) {
      here()
      const file = new File([part.bytes], part.name, { type: part.type })
      const { done } = uploadFile(file, (part_share) => share((before + part.size * part_share) / total), part.key)
      part.done = (await done).id
      await keep()
    }
    before += part.size
  }
  const file_ids = item.parts.flatMap((part) => part.done ?? [])
  try {
    return await send(item as Letter, file_ids.length ? { file_ids } : {}, here)
  } catch (error) {
    // A file the server has meanwhile let go of is sent anew at the next try.
    if (error instanceof Problem && error.fields.some(({ field }) => field.startsWith('file_ids')))
      for (const part of item.parts) Object.assign(part, { done: null, key: uuid() })
    throw error
  }
}

async function send(
  { id: key, subject, payload }: Letter,
  files: { file_ids?: string[] },
  here: () => void,
): Promise<unknown> {
  here()
  switch (payload.what) {
    case 'comment': {
      const { text, mention_ids, quote_comment_id, quote_seq } = payload
      return sendComment(subject, { text, mention_ids, quote_comment_id, quote_seq, ...files }, key)
    }
    case 'sign': {
      const { version, handler_id } = payload
      return signTask(subject, { version, handler_id }, key)
    }
    case 'reply': {
      const { replyUrge } = await import('@/modules/supervision')
      here()
      return replyUrge(payload.target, { text: payload.text, ...files }, key)
    }
    case 'urge': {
      const { text, method, party_ids, reply_due_day, answer } = payload
      const { urgeTask } = await import('@/modules/supervision')
      here()
      return urgeTask(subject, { text, method, party_ids, reply_due_day, ...(answer ? { answer } : {}) }, key)
    }
    default:
      return reportProgress(subject, { ...payload, ...files }, key)
  }
}
