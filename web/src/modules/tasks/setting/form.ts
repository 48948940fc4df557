import type {
  DueInput,
  Field,
  FileRef,
  MilestoneInput,
  ReportRuleInput,
  TaskDetail,
  TaskInput,
  TaskRow,
} from '@/api/types'
import type { Asked } from '@/modules/burden'
import { draftsOf, fieldsInput, saysNothing, type FieldDrafts } from '../fields'
import { furtherInput, furtherOf, mergedParties, partOf, type Parties } from './parties'

/** The form's own shape: flat, with empty strings, kept in the draft. */
export interface TaskForm extends Parties {
  title: string
  lead_person: string
  due_text: string
  due_day: string
  demand: string
  source_kind: string
  /** What stands in the fields of kinds, by kind and code. */
  fields: FieldDrafts
  tags: string[]
  source_document: string
  clause: string
  importance: 'normal' | 'important' | 'major'
  urgency: 'routine' | 'urgent' | 'critical'
  start_day: string
  milestones: MilestoneInput[]
  report_kind: ReportRuleInput['kind']
  report_day: number
  files: FileRef[]
  not_secret: boolean
}

/** How often, in the order in which it is offered. */
export const REPORT_KINDS = [
  'none',
  'daily',
  'weekly',
  'half_monthly',
  'monthly',
  'quarterly',
  'milestone',
  'on_event',
] as const satisfies readonly ReportRuleInput['kind'][]
/** Of these one has to say which day. */
export const hasReportDay = (kind: ReportRuleInput['kind']) =>
  kind === 'weekly' || kind === 'monthly' || kind === 'quarterly'

export function emptyForm(): TaskForm {
  return {
    title: '',
    lead: '',
    lead_person: '',
    due_text: '',
    due_day: '',
    demand: '',
    co: [],
    parts: {},
    source_kind: '',
    fields: {},
    tags: [],
    source_document: '',
    clause: '',
    importance: 'normal',
    urgency: 'routine',
    start_day: '',
    milestones: [],
    report_kind: 'none',
    report_day: 25,
    files: [],
    not_secret: false,
  }
}

export function isUntouched(form: TaskForm): boolean {
  const words = [form.title, form.lead, form.due_text, form.demand, form.source_document]
  const lists = [form.co, form.files, form.tags]
  return !words.some(Boolean) && lists.every((list) => !list.length) && Object.values(form.fields).every(saysNothing)
}

export function formOf(detail: TaskDetail): TaskForm {
  const lead = detail.parties.find((party) => party.role === 'lead')
  return {
    ...emptyForm(),
    title: detail.task.title,
    lead: lead?.unit.id ?? '',
    lead_person: lead?.person?.id ?? '',
    // Once it is out the day counts: it may have been put off, and the words still say the former one.
    due_text: (detail.task.dispatched_at ? detail.task.due_day : null) ?? detail.due_text ?? detail.task.due_day ?? '',
    due_day: detail.task.due_day ?? '',
    demand: detail.demand,
    ...furtherOf(detail.parties),
    source_kind: detail.task.source_kind,
    fields: draftsOf(detail.task),
    tags: [...((detail.task as Partial<TaskRow>).tags ?? [])],
    source_document: detail.source_document ?? '',
    clause: detail.clause ?? '',
    importance: detail.task.importance,
    urgency: detail.task.urgency,
    start_day: detail.start_day ?? '',
    milestones: detail.milestones.map(({ id, title, due_day, weight, deliverable }) => ({
      id,
      title,
      due_day,
      weight,
      deliverable: deliverable ?? '',
    })),
    report_kind: detail.report_rule.kind,
    report_day: detail.report_rule.day ?? 25,
  }
}

/** After somebody else's change: what one has touched stays, the rest is theirs. */
export function merged(mine: TaskForm, base: TaskForm, theirs: TaskForm): TaskForm {
  const same = (key: keyof TaskForm) => JSON.stringify(mine[key]) === JSON.stringify(base[key])
  const keys = Object.keys(mine) as (keyof TaskForm)[]
  const taken = Object.fromEntries(keys.filter(same).map((key) => [key, theirs[key]]))
  return {
    ...mine,
    ...(taken as Partial<TaskForm>),
    ...mergedParties(mine, base, theirs),
    fields: mergedFields(mine.fields, base.fields, theirs.fields),
  }
}
/** Fields are touched one by one. */
function mergedFields(mine: FieldDrafts, base: FieldDrafts, theirs: FieldDrafts): FieldDrafts {
  const touched = (key: string) => JSON.stringify(mine[key] ?? '') !== JSON.stringify(base[key] ?? '')
  return { ...theirs, ...Object.fromEntries(Object.entries(mine).filter(([key]) => touched(key))) }
}

/** Whether something else stands in it: a field that was emptied again, and what is left of a unit that went, say nothing. */
export function differs(mine: TaskForm, base: TaskForm): boolean {
  const said = (form: TaskForm) =>
    JSON.stringify({
      ...form,
      fields: Object.entries(form.fields)
        .filter(([, draft]) => !saysNothing(draft))
        .sort(([a], [b]) => a.localeCompare(b)),
      parts: form.co.map((unit) => partOf(form.parts, unit)),
    })
  return said(mine) !== said(base)
}

/** A day is sent as a day, words as words. */
export function dueInput(text: string): DueInput | null {
  const words = text.trim()
  if (!words) return null
  return /^\d{4}-\d{2}-\d{2}$/.test(words) ? { day: words } : { text: words }
}

/** `fields` are those of the kind that is chosen, as far as they can be filled in. */
export function inputOf(form: TaskForm, fields: readonly Field[] = []): TaskInput {
  const input: TaskInput = {
    title: form.title.trim(),
    demand: form.demand.trim(),
    importance: form.importance,
    urgency: form.urgency,
    parties: [
      ...(form.lead ? [{ unit_id: form.lead, person_id: form.lead_person || null, role: 'lead' as const }] : []),
      ...furtherInput(form),
    ],
    milestones: form.milestones.filter((step) => step.title.trim() && step.due_day),
    report_rule: hasReportDay(form.report_kind)
      ? { kind: form.report_kind, day: form.report_day }
      : { kind: form.report_kind },
    tags: form.tags,
  }
  const due = dueInput(form.due_text) ?? (form.due_day ? { day: form.due_day } : null)
  if (due) input.due = due
  if (form.source_kind) input.source_kind = form.source_kind
  if (fields.length) input.fields = fieldsInput(fields, form.source_kind, form.fields)
  if (form.source_document.trim()) input.source_document = form.source_document.trim()
  if (form.clause.trim()) input.clause = form.clause.trim()
  if (form.start_day) input.start_day = form.start_day
  if (form.files.length) input.file_ids = form.files.map((file) => file.id)
  if (form.not_secret) input.not_secret = true
  return input
}

/** What one should know of before it is saved: who is asked for what, how often. */
export function burdenOf(form: TaskForm, task_id: string | null = null): Asked {
  const { title, demand, parties, report_rule, due, start_day, milestones } = inputOf(form)
  return {
    title: title ?? '',
    demand: demand ?? '',
    parties: parties?.map(({ unit_id, person_id, role }) => ({ unit_id, person_id: person_id ?? null, role })) ?? [],
    report_rule: report_rule ?? null,
    due: due ?? null,
    start_day: start_day ?? null,
    milestone_days: milestones?.map((step) => step.due_day) ?? [],
    task_id,
  }
}

/** The same of a draft as it is. */
export const burdenIn = (detail: TaskDetail): Asked => burdenOf(formOf(detail), detail.task.id)

/** What stands in each field, by the names under which its errors come. */
export function fieldsOf(form: () => TaskForm): Record<string, () => unknown> {
  const keys: (keyof TaskForm)[] = [
    'title',
    'lead',
    'due_text',
    'demand',
    'co',
    'source_kind',
    'milestones',
    'not_secret',
    'tags',
  ]
  return {
    ...Object.fromEntries(keys.map((key) => [key, () => form()[key]])),
    parties: () => [form().lead, form().lead_person, form().co, form().parts],
    due: () => form().due_text,
  }
}

export type FormFault = 'title' | 'lead' | 'due_text' | 'not_secret'

/** What is missing: little for keeping a draft, all for handing out. */
export function faults(form: TaskForm, dispatching: boolean): FormFault[] {
  const found: FormFault[] = []
  if (!form.title.trim()) found.push('title')
  if (!dispatching) return found
  if (!form.lead) found.push('lead')
  if (!form.due_text.trim() && !form.due_day) found.push('due_text')
  if (!form.not_secret) found.push('not_secret')
  return found
}
