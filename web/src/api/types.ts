// The API's words. Hand-written from the contract until `npm run gen` has made schema.gen.ts;
// then every line here becomes an alias to the generated schema. All other code imports types only from here.

export type Role = 'leader' | 'centre' | 'head' | 'liaison' | 'handler' | 'administrator'
export type TaskState =
  'draft' | 'approval' | 'dispatched' | 'active' | 'closed' | 'settled' | 'suspended' | 'terminated'
export type Lamp = 'grey' | 'green' | 'yellow' | 'orange' | 'red' | 'blue'
export type Importance = 'normal' | 'important' | 'major'
export type Urgency = 'routine' | 'urgent' | 'critical'
export type PartyRole = 'lead' | 'co_lead' | 'co' | 'summary' | 'implement' | 'charge_leader'
export type PartyState = 'unsigned' | 'signed' | 'done' | 'disputed'
export type PostKind = 'leader' | 'head' | 'deputy' | 'staff'
export type UnitKind = 'committee' | 'centre' | 'bureau' | 'office' | 'section' | 'area' | 'external'
export interface UnitRef {
  id: string
  name: string
  short_name: string
}
export interface PersonRef {
  id: string
  name: string
}
export interface Me {
  person: PersonRef
  login: string
  roles: Role[]
  unit: UnitRef | null
  must_change_password: boolean
  area_name: string
  today: string
  demo: boolean
}
export interface Unit {
  id: string
  parent_id: string | null
  depth: number
  name: string
  short_name: string
  kind: UnitKind
  aliases: string[]
  liaisons: PersonRef[]
  head: PersonRef | null
  person_count: number
  active: boolean
  version: number
}
export interface Person {
  id: string
  name: string
  login: string | null
  phone: string | null /*masked unless entitled*/
  active: boolean
  roles: Role[]
  tenures: {
    id: string
    post_id: string
    post_name: string
    post_kind: PostKind
    unit: UnitRef
    from: string
    to: string | null
  }[]
  charges: UnitRef[]
  version: number
}
export interface PersonInput {
  name: string
  login: string
  phone?: string
  unit_id: string
  post_name: string
  post_kind: PostKind
  charge_unit_ids?: string[]
  administrator?: boolean
}
export interface OrgImport {
  id: string
  file_name: string
  units_new: number
  persons_new: number
  rows: { row: number; kind: 'unit' | 'person'; name: string; problem: string | null }[]
  errors: number
  committed: boolean
}
export interface LampView {
  lamp: Lamp
  reasons: string[]
  was_red: boolean
}
export interface TaskRow {
  id: string
  number: string | null
  parent_id: string | null
  root_id: string
  depth: number
  has_children: boolean
  title: string
  state: TaskState
  lamp: LampView
  importance: Importance
  urgency: Urgency
  source_kind: string
  source_name: string
  lead: { unit: UnitRef; person: PersonRef | null } | null
  co_units: UnitRef[]
  progress: number /*verified,0..100,2 decimals*/
  claimed_progress: number
  weight: number
  stage: string | null
  due_day: string | null
  overdue_days: number /*working days past due,0 if none*/
  remain_days: number | null
  created_at: string
  dispatched_at: string | null
  closed_at: string | null
  last_report_at: string | null
  open_request: string | null
  version: number
}
export interface PartyInput {
  unit_id: string
  person_id?: string | null
  role: PartyRole
}
export interface DueInput {
  text?: string /*words: '6月底前','10个工作日内'*/
  day?: string
}
export interface MilestoneInput {
  id?: string
  title: string
  due_day: string
  weight?: number
  deliverable?: string
}
export interface ReportRuleInput {
  kind: 'none' | 'weekly' | 'monthly' | 'quarterly'
  day?: number /*weekday 1-7 or day of month; moved to the preceding working day*/
}
export interface TaskInput {
  title: string
  demand?: string
  source_kind?: string
  source_document?: string
  clause?: string
  importance?: Importance
  urgency?: Urgency
  due?: DueInput
  start_day?: string
  parties?: PartyInput[]
  milestones?: MilestoneInput[]
  report_rule?: ReportRuleInput
  not_secret?: boolean
  file_ids?: string[]
}
export interface FileRef {
  id: string
  name: string
  size: number
  media_type: string
  digest: string /*sha256 hex*/
  uploaded_by: PersonRef
  uploaded_at: string
  previewable: boolean
}
export interface Party {
  id: string
  unit: UnitRef
  person: PersonRef | null
  role: PartyRole
  state: PartyState
  signed_at: string | null
  signed_by: PersonRef | null
  mine: boolean
}
export interface Milestone {
  id: string
  title: string
  due_day: string
  weight: number
  deliverable: string | null
  done_at: string | null
  overdue: boolean
}
export interface ReportDue {
  id: string
  due_day: string
  state: 'open' | 'met' | 'late' | 'missed'
  report_id: string | null
}
export interface Report {
  id: string
  party_id: string
  unit: UnitRef
  by: PersonRef
  at: string
  claimed_progress: number
  verified_progress: number | null
  text: string
  problem: string | null
  next_step: string | null
  fall_reason: string | null
  state: 'submitted' | 'accepted' | 'sent_back'
  reviewed_by: PersonRef | null
  reviewed_at: string | null
  review_text: string | null
  files: FileRef[]
}
export interface Request {
  id: string
  kind: 'return' | 'close'
  state: 'open' | 'granted' | 'refused'
  party_id: string | null
  reason: string
  proposed_unit: UnitRef | null
  by: PersonRef
  at: string
  decided_by: PersonRef | null
  decided_at: string | null
  decision_text: string | null
  files: FileRef[]
}
export interface Urge {
  id: string
  task_id: string
  party_id: string
  to_unit: UnitRef
  to_person: PersonRef | null
  by: PersonRef
  at: string
  text: string
  reply_due_day: string
  reply: string | null
  replied_by: PersonRef | null
  replied_at: string | null
  overdue: boolean
  files: FileRef[]
}
export type Action =
  | 'edit'
  | 'delete'
  | 'decompose'
  | 'submit'
  | 'dispatch_children'
  | 'approve'
  | 'sign'
  | 'return'
  | 'rule'
  | 'assign'
  | 'report'
  | 'review'
  | 'request_close'
  | 'decide_close'
  | 'verify'
  | 'urge'
  | 'reply'
  | 'attach'
export interface TaskDetail {
  task: TaskRow
  demand: string
  source_document: string | null
  clause: string | null
  creator: PersonRef
  creator_unit: UnitRef | null
  start_day: string | null
  original_due_day: string | null
  due_text: string | null
  due_explanation: string[] /*'自2026-02-13起10个工作日 → …'*/
  calendar_warning: string | null
  parties: Party[]
  milestones: Milestone[]
  report_rule: ReportRuleInput
  report_dues: ReportDue[]
  reports: Report[]
  requests: Request[]
  urges: Urge[]
  verifications: { id: string; result: 'pass' | 'fail'; text: string; by: PersonRef; at: string }[]
  files: FileRef[]
  ancestors: { id: string; number: string | null; title: string }[]
  children: TaskRow[]
  planned_progress: number | null
  can: Action[]
  next_duty: { action: Action; text: string; due_day: string | null } | null
  sent_back_count: number
}
export interface TimelineItem {
  seq: number
  at: string
  actor: PersonRef | null
  action: string /*e.g. 'dispatched'*/
  sentence: string /*zh words*/
  text: string | null
  files: FileRef[]
  hash: string
}
export interface Duty {
  id: string
  kind: 'sign' | 'assign' | 'report' | 'review' | 'decide_close' | 'rule' | 'reply' | 'approve' | 'verify'
  task: TaskRow
  text: string
  due_day: string | null
  overdue: boolean
  since: string
}
export interface Home {
  figures: {
    key:
      | 'open'
      | 'overdue'
      | 'orange'
      | 'yellow'
      | 'important'
      | 'closed_month'
      | 'created_month'
      | 'todo'
      | 'due_week'
      | 'unsigned'
    value: number
    change: number | null
    query: string /*query string for /tasks*/
  }[]
  red: TaskRow[] /*worst ten*/
  by_unit: {
    unit: UnitRef
    open: number
    overdue: number
    by_lamp: Record<Lamp, number>
    closed: number
    progress: number
  }[]
  recent: TimelineItem[]
  trend: { month: string; created: number; closed: number; overdue: number }[]
}
export interface Message {
  id: string
  at: string
  title: string
  text: string
  kind: string
  task_id: string | null
  urge_id: string | null
  read_at: string | null
}
export interface Mapping {
  title: string | null
  demand: string | null
  group: string | null
  clause: string | null
  lead: string | null
  co: string | null
  due: string | null
  importance: string | null
  source_kind: string
  first_co_as_lead: boolean
  default_due: string | null
  from_day: string | null
}
export interface TaskImport {
  id: string
  file_name: string
  columns: string[]
  sample: string[][]
  mapping: Mapping
  rows: {
    row: number
    group: string
    title: string
    lead: string[]
    co: string[]
    due_day: string | null
    due_note: string | null
    problems: { field: string; message: string; severity: 'error' | 'warning' }[]
  }[]
  row_count: number
  errors: number
  warnings: number
  units: {
    name: string
    rows: number
    unit: UnitRef | null
    choice: 'match' | 'create' | 'ignore' | null
    suggestions: UnitRef[]
  }[]
  ready: boolean
  committed: boolean
}

export interface Page<T> {
  items: T[]
  next_cursor: string | null
}
export interface UnitInput {
  parent_id: string | null
  name: string
  short_name: string
  kind: UnitKind
  aliases?: string[]
  active?: boolean
}
export type PersonOfUnit = PersonRef & { post_name: string; roles: Role[] }
export interface SourceKind {
  code: string
  name: string
  needs_approval: boolean
}
export interface TaskCount {
  total: number
  by_lamp: Partial<Record<Lamp, number>>
  by_state: Partial<Record<TaskState, number>>
}
export type UnitLoad = Home['by_unit'][number]
export type Figure = Home['figures'][number]
export interface DeadlineReading {
  day: string | null
  explanation: string[]
  warnings: string[]
  milestone_days: string[]
  standing: boolean
  report_rule: ReportRuleInput | null
}
export interface TodoList {
  items: Duty[]
  counts: Record<string, number>
}
export interface MessagePage extends Page<Message> {
  unread: number
}
export type UnitChoice = { unit_id?: string; create?: boolean; ignore?: boolean }
export interface ImportOutcome {
  root_ids: string[]
  created: number
  dispatched: number
}
