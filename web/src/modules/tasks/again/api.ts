import { del, get, patch, post, put } from '@/api/client'
import type {
  CopyInput,
  LaidTask,
  MadeTasks,
  OccurrenceChange,
  SeriesChange,
  SeriesDetail,
  SeriesInput,
  SeriesLine,
  SeriesPreview,
  StandingReview,
  TaskAnswer,
  Template,
  TemplateInput,
  TemplateLine,
  TemplateUse,
} from '@/api/types'

// --- the same work set again
export const copyTask = (id: string, body: CopyInput, key?: string) => post<MadeTasks>(`/tasks/${id}/copies`, body, key)
export const previewCopy = (id: string, body: CopyInput) =>
  post<{ tasks: LaidTask[] }>(`/tasks/${id}/copy-previews`, body)

export const listTemplates = (retired: boolean) =>
  get<{ items: TemplateLine[] }>('/task-templates', retired ? { retired } : {})
export const readTemplate = (id: string) => get<Template>(`/task-templates/${id}`)
export const keepTemplate = (body: TemplateInput, key?: string) => post<Template>('/task-templates', body, key)
export const changeTemplate = (id: string, version: number, body: TemplateInput) =>
  patch<Template>(`/task-templates/${id}?version=${version}`, body)
export const previewTemplate = (id: string, body: TemplateUse) =>
  post<{ tasks: LaidTask[] }>(`/task-templates/${id}/previews`, body)
export const applyTemplate = (id: string, body: TemplateUse, key?: string) =>
  post<MadeTasks>(`/task-templates/${id}/tasks`, body, key)

// --- again and again
export const listSeries = () => get<{ items: SeriesLine[] }>('/task-series')
export const readSeries = (id: string) => get<SeriesDetail>(`/task-series/${id}`)
export const beginSeries = (body: SeriesInput, key?: string) => post<SeriesDetail>('/task-series', body, key)
export const previewSeries = (body: SeriesInput) => post<SeriesPreview>('/task-series-previews', body)
export const changeSeries = (id: string, body: SeriesChange) => patch<SeriesDetail>(`/task-series/${id}`, body)
export const previewChange = (id: string, body: SeriesChange) =>
  post<SeriesPreview>(`/task-series/${id}/change-previews`, body)
export const changeTime = (id: string, period: string, body: OccurrenceChange) =>
  put<SeriesDetail>(`/task-series/${id}/occurrences/${period}`, body)
export const restoreTime = (id: string, period: string, version: number) =>
  del<SeriesDetail>(`/task-series/${id}/occurrences/${period}`, { version })
export type SeriesStep = 'suspension' | 'resumption' | 'end' | 'takeover'
export const stepSeries = (id: string, step: SeriesStep, body: { version: number; reason: string }, key?: string) =>
  post<SeriesDetail>(`/task-series/${id}/${step}`, body, key)

// --- without an end
export const reviewStanding = (id: string, body: StandingReview, key?: string) =>
  post<TaskAnswer>(`/tasks/${id}/standing-reviews`, body, key)
