import type { Action, Duty, Report, Request, TaskDetail, TaskRow, Urge } from '@/api/types'

/** Kinds in the order people should take them. */
export const DUTY_KINDS = [
  'reply',
  'sign',
  'report',
  'rule',
  'review',
  'decide_close',
  'approve',
  'assign',
  'verify',
] as const
export type DutyKind = Duty['kind']
export const DUTY_ACTION: Record<DutyKind, Action> = {
  sign: 'sign',
  assign: 'assign',
  report: 'report',
  review: 'review',
  decide_close: 'decide_close',
  rule: 'rule',
  reply: 'reply',
  approve: 'approve',
  verify: 'verify',
}

export interface DutyGroup {
  kind: DutyKind
  items: Duty[]
  overdue: number
}

const byUrgency = (a: Duty, b: Duty) =>
  Number(b.overdue) - Number(a.overdue) ||
  (a.due_day ?? '9999').localeCompare(b.due_day ?? '9999') ||
  a.since.localeCompare(b.since)

export function groupDuties(duties: readonly Duty[]): DutyGroup[] {
  return DUTY_KINDS.map((kind) => {
    const items = duties.filter((duty) => duty.kind === kind).sort(byUrgency)
    return { kind, items, overdue: items.filter((duty) => duty.overdue).length }
  }).filter((group) => group.items.length > 0)
}

/** The few things that come first, whatever their kind. */
export function mostUrgent(duties: readonly Duty[], n: number): Duty[] {
  return [...duties].sort(byUrgency).slice(0, n)
}

export const openReport = (detail: TaskDetail): Report | undefined =>
  detail.reports.find((report) => report.state === 'submitted')
export const openRequest = (detail: TaskDetail, kind: Request['kind']): Request | undefined =>
  detail.requests.find((request) => request.kind === kind && request.state === 'open')
export const openUrge = (detail: TaskDetail): Urge | undefined =>
  detail.urges.find((urge) => urge.reply === null && urge.may_reply)

/** Buttons after the one of the duty, in the order of the work. */
const BUTTONS: readonly Action[] = [
  'sign',
  'report',
  'reply',
  'submit',
  'dispatch_children',
  'approve',
  'review',
  'rule',
  'decide_close',
  'verify',
  'urge',
  'assign',
  'decompose',
  'request_close',
  'return',
  'attach',
  'edit',
  'delete',
]

export function buttonsOf(detail: TaskDetail): { first: Action | null; near: Action[]; rest: Action[] } {
  const first = detail.next_duty && detail.can.includes(detail.next_duty.action) ? detail.next_duty.action : null
  const others = BUTTONS.filter((action) => detail.can.includes(action) && action !== first)
  const near: Action[] = others.filter((one) => one !== 'edit' && one !== 'delete' && one !== 'attach').slice(0, 3)
  return { first, near, rest: others.filter((action) => !near.includes(action)) }
}

export type DueTone = 'past' | 'today' | 'soon' | 'far' | 'none'

export function dueTone(row: TaskRow, today: string): DueTone {
  if (!row.due_day || row.lamp.lamp === 'blue') return row.due_day ? 'far' : 'none'
  if (row.overdue_days > 0) return 'past'
  if (row.due_day === today) return 'today'
  return row.remain_days !== null && row.remain_days <= 3 ? 'soon' : 'far'
}

export const isOver = (row: TaskRow) => row.state === 'closed' || row.state === 'settled' || row.state === 'terminated'
