import { get, post, url } from '@/api/client'
import type { Archive } from '@/api/types'

export const listArchives = (taskId: string) => get<{ items: Archive[] }>(`/tasks/${taskId}/archives`)
export const makeArchive = (taskId: string, key?: string) => post<Archive>(`/tasks/${taskId}/archives`, {}, key)
export const archiveUrl = (id: string) => url(`/archives/${id}/content`)
