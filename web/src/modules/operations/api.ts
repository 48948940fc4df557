import { get, post, put } from '@/api/client'
import type {
  AlikeRows,
  Home,
  ImportOutcome,
  Mapping,
  OverdueRow,
  Page,
  ProgressBy,
  ProgressPage,
  TaskImport,
  UnitChoice,
} from '@/api/types'

export const readHome = () => get<Home>('/home')
export const readProgress = (by: ProgressBy, query: Record<string, string>) =>
  get<ProgressPage>('/progress', { by, ...query })
export const listOverdue = (query: Record<string, string>, cursor: string | null) =>
  get<Page<OverdueRow>>('/overdue', { ...query, limit: 30, cursor })
export function startImport(file: File) {
  const body = new FormData()
  body.append('file', file, file.name)
  return post<TaskImport>('/task-imports', body)
}
export const readImport = (id: string) => get<TaskImport>(`/task-imports/${id}`)
export const findAlikeRows = (id: string, after: number) => get<AlikeRows>(`/task-imports/${id}/alike`, { after })
export const mapImport = (id: string, mapping: Mapping) => put<TaskImport>(`/task-imports/${id}/mapping`, mapping)
export const matchUnits = (id: string, choices: Record<string, UnitChoice>, parent_unit_id?: string) =>
  put<TaskImport>(`/task-imports/${id}/units`, { choices, ...(parent_unit_id ? { parent_unit_id } : {}) })
export const commitImport = (id: string, dispatch: boolean, key?: string) =>
  post<ImportOutcome>(`/task-imports/${id}/commit`, { dispatch }, key)
