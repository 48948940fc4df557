import { get, post } from '@/api/client'
import type { MessagePage } from '@/api/types'

export const listMessages = (unread: boolean, cursor: string | null) =>
  get<MessagePage>('/messages', { unread: unread ? true : undefined, cursor })
export const markRead = (body: { ids?: string[]; task_ids?: string[]; all?: boolean }) =>
  post<{ unread: number }>('/messages/read', body)
