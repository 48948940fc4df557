import { del, get, patch, post, put, type Query } from '@/api/client'
import type {
  Bulk,
  BulkInput,
  ChildInput,
  DeadlineReading,
  FieldFigures,
  GanttRow,
  KindInput,
  LinkKind,
  Page,
  ReportInput,
  RequestDecision,
  RequestInput,
  RiskInput,
  SavedView,
  SourceKind,
  Tag,
  TagInput,
  TaskAnswer,
  TaskCalendar,
  TaskCount,
  TaskDetail,
  TaskInput,
  TaskRow,
  TaskRules,
  TaskRulesInput,
  TaskRulesPreview,
  TaskRulesView,
  TaskTalk,
  TimelineItem,
  TodoList,
  UnitLoad,
  Urges,
  ViewInput,
  WaitInput,
} from '@/api/types'
import { compose } from './compose'
import type { TaskPatch } from './setting/changes'

export const listTasks = (query: Query, signal?: AbortSignal) => get<Page<TaskRow>>('/tasks', query, signal)
export const countTasks = (query: Query, signal?: AbortSignal) => get<TaskCount>('/tasks/count', query, signal)
export const readLoads = (query: Query, signal?: AbortSignal) =>
  get<{ items: UnitLoad[] }>('/tasks/by-unit', query, signal)
export const readCalendar = (query: Query, signal?: AbortSignal) => get<TaskCalendar>('/tasks/calendar', query, signal)
export const readGantt = (query: Query, signal?: AbortSignal) => get<Page<GanttRow>>('/tasks/gantt', query, signal)
export const listViews = () => get<{ items: SavedView[] }>('/views')
export const keepView = (view: ViewInput, key?: string) => post<SavedView>('/views', view, key)
export const changeView = (id: string, version: number, view: ViewInput) =>
  put<SavedView>(`/views/${id}?version=${version}`, view)
export const removeView = (id: string, version: number) => del(`/views/${id}`, { version })
export const arrangeViews = (order: string[], opens: string | null) =>
  put<{ items: SavedView[] }>('/view-arrangement', { order, opens })
export async function readTask(id: string): Promise<TaskDetail> {
  const [task, urges, talk] = await Promise.all([
    get<TaskAnswer>(`/tasks/${id}`),
    get<Urges>(`/tasks/${id}/urges`),
    get<TaskTalk>(`/tasks/${id}/talk`),
  ])
  return compose(task, urges, talk)
}
export const readParties = async (id: string) => (await get<TaskAnswer>(`/tasks/${id}`)).parties
export const readTree = (id: string) => get<{ items: TaskRow[]; truncated: boolean }>(`/tasks/${id}/tree`)
export const readTimeline = (id: string, cursor?: string) =>
  get<Page<TimelineItem>>(`/tasks/${id}/timeline`, { cursor })
export const readTodo = () => get<TodoList>('/todo')
/** Those that are out of use, too: tasks go on naming them. */
export const sourceKinds = () => get<{ items: SourceKind[] }>('/source-kinds', { all: true })
export const addKind = (input: KindInput, key?: string) => post<SourceKind>('/source-kinds', input, key)
export const changeKind = (code: string, version: number, input: KindInput) =>
  put<SourceKind>(`/source-kinds/${code}?version=${version}`, input)
export const arrangeKinds = (order: string[]) => put<{ items: SourceKind[] }>('/source-kind-order', { order })
export const previewNumber = (numbering: string) => get<{ example: string }>('/numbering-preview', { numbering })
export const fieldFigures = (kind: string, field: string, query: Query, signal?: AbortSignal) =>
  get<FieldFigures>(`/source-kinds/${kind}/fields/${field}/figures`, query, signal)
export const listTags = () => get<{ items: Tag[] }>('/tags')
export const changeTag = (id: string, input: TagInput) => put<{ items: Tag[] }>(`/tags/${id}`, input)
export const readDeadline = (text: string, from_day?: string) =>
  post<DeadlineReading>('/deadline-readings', { text, ...(from_day ? { from_day } : {}) })

export const createTask = (input: TaskInput, key?: string) => post<TaskAnswer>('/tasks', input, key)
export const editTask = (id: string, version: number, input: TaskPatch) =>
  patch<TaskAnswer>(`/tasks/${id}`, { version, ...input })
export const deleteTask = (id: string, version: number) => del(`/tasks/${id}`, { version })
export const setChildren = (id: string, version: number, children: ChildInput[]) =>
  put<TaskAnswer>(`/tasks/${id}/children`, { version, children })

export const tagTask = (id: string, version: number, tags: string[]) =>
  put<TaskAnswer>(`/tasks/${id}/tags`, { version, tags })

export const replaceFile = (id: string, old: string, file_id: string, key?: string) =>
  post<TaskAnswer>(`/tasks/${id}/attachments/${old}/versions`, { file_id }, key)

const act = (id: string, what: string) => (body: object, key?: string) =>
  post<TaskAnswer>(`/tasks/${id}/${what}`, body, key)
export const submitTask = (id: string, version: number, key?: string) =>
  act(id, 'submission')({ version, not_secret: true }, key)
export const approveTask = (
  id: string,
  body: { version: number; decision: 'approve' | 'reject'; reason?: string },
  key?: string,
) => act(id, 'approval')(body, key)
export interface SignBody {
  version?: number
  handler_id?: string
}
export const signTask = (id: string, body: SignBody, key?: string) => act(id, 'signature')(body, key)
export const assignHandler = (id: string, body: { version: number; party_id: string; person_id: string }) =>
  put<TaskAnswer>(`/tasks/${id}/handler`, body)
export const returnTask = (
  id: string,
  body: { version: number; party_id: string; reason: string; proposed_unit_id?: string },
  key?: string,
) => act(id, 'returns')(body, key)
export const ruleReturn = (
  requestId: string,
  body: { decision: 'reassign' | 'uphold'; unit_id?: string; reason: string },
  key?: string,
) => post<TaskAnswer>(`/requests/${requestId}/ruling`, body, key)
export const reportProgress = (id: string, body: ReportInput, key?: string) => act(id, 'reports')(body, key)
export const reviewReport = (
  reportId: string,
  body: { decision: 'accept' | 'send_back'; verified_progress?: number; text?: string },
  key?: string,
) => post<TaskAnswer>(`/reports/${reportId}/review`, body, key)
export const requestClose = (id: string, body: { version: number; text: string; file_ids?: string[] }, key?: string) =>
  act(id, 'closure')(body, key)
export const askFor = (id: string, body: RequestInput, key?: string) => act(id, 'requests')(body, key)
export const decideRequest = (requestId: string, body: RequestDecision, key?: string) =>
  post<TaskAnswer>(`/requests/${requestId}/decision`, body, key)
export const withdrawRequest = (requestId: string, key?: string) =>
  post<TaskAnswer>(`/requests/${requestId}/withdrawal`, {}, key)
export const verifyTask = (
  id: string,
  body: { version: number; result: 'pass' | 'fail'; text: string },
  key?: string,
) => act(id, 'verification')(body, key)
export const attachFiles = (id: string, file_ids: string[], key?: string) => act(id, 'attachments')({ file_ids }, key)

// --- beside the main line: parts of others, waits, risks, what is taken back, links
const say = (path: string, body: object, key?: string) => post<TaskAnswer>(path, body, key)
export const completePart = (partyId: string, body: { text: string; file_ids: string[] }, key?: string) =>
  say(`/parties/${partyId}/completion`, body, key)
export const waivePart = (partyId: string, reason: string, key?: string) =>
  say(`/parties/${partyId}/waiver`, { reason }, key)
export const reopenPart = (partyId: string, reason: string, key?: string) =>
  say(`/parties/${partyId}/reopening`, { reason }, key)
export const waitFor = (id: string, body: WaitInput, key?: string) => act(id, 'waits')(body, key)
export const endWait = (waitId: string, text: string, key?: string) => say(`/waits/${waitId}/end`, { text }, key)
export const raiseRisk = (id: string, body: RiskInput, key?: string) => act(id, 'risks')(body, key)
export const answerRisk = (riskId: string, text: string, key?: string) => say(`/risks/${riskId}/answer`, { text }, key)
export const askReport = (id: string, body: { due_day: string; text: string }, key?: string) =>
  act(id, 'report-dues')(body, key)
export const recallTask = (id: string, body: { version: number; reason: string }, key?: string) =>
  act(id, 'recall')(body, key)
/** Of a draft that had gone out and was taken back; its number is not given again. */
export const annulTask = (id: string, body: { version: number; reason: string }, key?: string) =>
  act(id, 'annulment')(body, key)
export const withdrawReport = (reportId: string, key?: string) => say(`/reports/${reportId}/withdrawal`, {}, key)
export const reopenTask = (id: string, body: { version: number; reason: string; due_day?: string }, key?: string) =>
  act(id, 'reopening')(body, key)
export const linkTasks = (id: string, kind: LinkKind, other_id: string, key?: string) =>
  act(id, 'links')({ kind, other_id }, key)
export const unlinkTasks = (id: string, kind: LinkKind, other: string) =>
  del<TaskAnswer>(`/tasks/${id}/links/${kind}/${other}`)
export const mergeTask = (id: string, body: { version: number; into_id: string; reason: string }, key?: string) =>
  act(id, 'merger')(body, key)

// --- one action on many tasks
export const startBulk = (input: BulkInput, key?: string) => post<Bulk>('/bulk', input, key)
export const readBulk = (id: string) => get<Bulk>(`/bulk/${id}`)

export const readRules = () => get<TaskRulesView>('/task-rules')
export const tryRules = (rules: TaskRules) => post<TaskRulesPreview>('/task-rules/previews', { rules })
export const writeRules = (input: TaskRulesInput, key?: string) => post<TaskRulesView>('/task-rules', input, key)
