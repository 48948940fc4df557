import { post } from '@/api/client'
import type { Urge } from '@/api/types'

export const urgeTask = (
  taskId: string,
  body: { text: string; reply_due_day?: string; party_ids?: string[] },
  key?: string,
) => post<{ items: Urge[] }>(`/tasks/${taskId}/urges`, body, key)
export const replyUrge = (urgeId: string, body: { text: string; file_ids?: string[] }, key?: string) =>
  post<Urge>(`/urges/${urgeId}/reply`, body, key)
