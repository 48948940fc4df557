import { get, post } from '@/api/client'
import type { Instructed, Instructing, InstructionInput, Page, Urge } from '@/api/types'

export type UrgeMethod = Urge['method']

/** Whose urges, and what became of them. */
export interface UrgeFilter {
  side: 'all' | 'sent' | 'received'
  answer?: 'open' | 'overdue' | 'given'
}

export const listUrges = (filter: UrgeFilter, cursor: string | null) =>
  get<Page<Urge>>('/urges', { side: filter.side, answer: filter.answer, cursor })

export interface UrgeBody {
  text: string
  method: UrgeMethod
  party_ids: string[]
  reply_due_day?: string
  /** What was answered at once in a call to one party. */
  answer?: { person_id: string; text: string }
}
export const urgeTask = (taskId: string, body: Partial<UrgeBody> & Pick<UrgeBody, 'text'>, key?: string) =>
  post<{ items: Urge[] }>(`/tasks/${taskId}/urges`, body, key)
export type InstructionThen = NonNullable<InstructionInput['then']>
/** Whose words may be written down about a task. */
export const whoInstructs = (taskId: string) => get<Instructing>(`/tasks/${taskId}/instructions`)
export const instructTask = (taskId: string, body: InstructionInput, key?: string) =>
  post<Instructed>(`/tasks/${taskId}/instructions`, body, key)
export const askAgain = (urgeId: string, body: { text: string; reply_due_day?: string }, key?: string) =>
  post<Urge>(`/urges/${urgeId}/questions`, body, key)
export const acceptReply = (urgeId: string, key?: string) => post<Urge>(`/urges/${urgeId}/acceptance`, {}, key)
export const recordSpokenReply = (urgeId: string, body: { person_id: string; text: string }, key?: string) =>
  post<Urge>(`/urges/${urgeId}/spoken-reply`, body, key)
export const replyUrge = (urgeId: string, body: { text: string; file_ids?: string[] }, key?: string) =>
  post<Urge>(`/urges/${urgeId}/reply`, body, key)
