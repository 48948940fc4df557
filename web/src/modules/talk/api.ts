import { del, get, patch, post, put } from '@/api/client'
import type {
  Comment,
  CommentInput,
  InboxPage,
  Message,
  Note,
  Page,
  PersonRef,
  TaskTalk,
  UnitNotes,
  WatchMode,
} from '@/api/types'

export interface NoteWords {
  stars: number
  text?: string
}
export const rateTask = (taskId: string, body: NoteWords & { report_id?: string }, key?: string) =>
  post<Note>(`/tasks/${taskId}/notes`, body, key)
export const rateUnit = (unitId: string, body: NoteWords, key?: string) =>
  post<Note>(`/units/${unitId}/notes`, body, key)
export const correctNote = (id: string, body: NoteWords & { version: number }) => patch<Note>(`/notes/${id}`, body)
export const readUnitNotes = (unitId: string) => get<UnitNotes>(`/units/${unitId}/notes`)

export const listComments = (taskId: string, cursor?: string) =>
  get<Page<Comment>>(`/tasks/${taskId}/comments`, { cursor })
export const sendComment = (taskId: string, body: CommentInput, key?: string) =>
  post<Comment>(`/tasks/${taskId}/comments`, body, key)
export const editComment = (id: string, body: { text: string; mention_ids: string[] }) =>
  patch<Comment>(`/comments/${id}`, body)
export const deleteComment = (id: string) => del<Comment>(`/comments/${id}`)
export const listMentionable = (taskId: string, q?: string) =>
  get<{ items: PersonRef[] }>(`/tasks/${taskId}/mentionable`, { q: q || undefined })

export const watchTask = (taskId: string, mode: WatchMode | null) => put<TaskTalk>(`/tasks/${taskId}/watch`, { mode })
export const readInbox = (unread: boolean, cursor: string | null) =>
  get<InboxPage>('/inbox', { unread: unread ? true : undefined, cursor })
export const messagesOf = (taskId: string, cursor: string | null) =>
  get<Page<Message>>('/messages', { task_id: taskId, cursor })
/** A reminder was taken note of; 409 where somebody has already, or it is settled. */
export const acknowledge = (messageId: string) => post<void>(`/messages/${messageId}/acknowledgement`)
