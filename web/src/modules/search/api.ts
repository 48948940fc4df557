import { get } from '@/api/client'
import type { Hit, HitKind, Page } from '@/api/types'

export interface Question {
  q: string
  kind?: HitKind | ''
  limit?: number
  cursor?: string | null
}
export const search = (question: Question, signal?: AbortSignal) => get<Page<Hit>>('/search', { ...question }, signal)
