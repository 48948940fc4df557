import type { Action, Duty, NextDuty, Party, Report, Request, TaskDetail, TaskRow, Urge } from '@/api/types'

/** Kinds in the order people should take them. */
export const DUTY_KINDS = [
  'answer_order',
  'reply',
  'decide_order',
  'sign',
  'report',
  'complete',
  'provide',
  'rule',
  'review',
  'decide_close',
  'decide',
  'amend',
  'answer_risk',
  'approve',
  'assign',
  'verify',
  'review_standing',
] as const
export type DutyKind = Duty['kind']
export const DUTY_ACTION: Record<DutyKind, Action> = {
  sign: 'sign',
  assign: 'assign',
  report: 'report',
  review: 'review',
  decide_close: 'decide_close',
  decide: 'decide',
  rule: 'rule',
  reply: 'reply',
  answer_order: 'order',
  decide_order: 'order',
  complete: 'complete',
  provide: 'provide',
  answer_risk: 'answer_risk',
  approve: 'approve',
  amend: 'edit',
  verify: 'verify',
  review_standing: 'review_standing',
}

export interface DutyGroup {
  kind: DutyKind
  items: Duty[]
  overdue: number
}

const rank = ({ task }: Duty) => ['critical', 'urgent', 'routine'].indexOf(task.urgency)
/** 特急 has hours for its signature, whatever the days say. */
const byRank = (a: Duty, b: Duty) => rank(a) - rank(b)
const byUrgency = (a: Duty, b: Duty) =>
  Number(b.overdue) - Number(a.overdue) ||
  (a.due_day ?? '9999').localeCompare(b.due_day ?? '9999') ||
  byRank(a, b) ||
  a.since.localeCompare(b.since)

export function groupDuties(duties: readonly Duty[]): DutyGroup[] {
  return DUTY_KINDS.map((kind) => {
    const order = kind === 'sign' ? (a: Duty, b: Duty) => byRank(a, b) || byUrgency(a, b) : byUrgency
    const items = duties.filter((duty) => duty.kind === kind).sort(order)
    return { kind, items, overdue: items.filter((duty) => duty.overdue).length }
  }).filter((group) => group.items.length > 0)
}

/** The few things that come first, whatever their kind. */
export function mostUrgent(duties: readonly Duty[], n: number): Duty[] {
  return [...duties].sort(byUrgency).slice(0, n)
}

/** What is said where nothing waits. Of a list that was cut nobody knows that: only the most urgent tasks were looked at. */
export const emptyTodo = (truncated: boolean) =>
  truncated ? { title: 'todo.noneSeen', text: 'todo.noneSeenText' } : { title: 'todo.none', text: 'todo.noneText' }

/** What a duty is about by its id, the urge or the request; most are about their task. */
export function dutyTarget(duty: Pick<Duty, 'id' | 'task'>): string | undefined {
  const about = duty.id.slice(duty.id.indexOf(':') + 1)
  return about === duty.task.id ? undefined : about
}
/** Several requests on one task may wait for the same person: no two lines are one. */
export const dutyKey = (duty: Pick<Duty, 'id' | 'since'>) => `${duty.id} ${duty.since}`
/** What an action is about when nobody names it: what the duty of the moment is about. */
export function aimOf(detail: TaskDetail | undefined, action: Action): string | undefined {
  const duty: NextDuty | null = detail?.next_duty ?? null
  return duty?.action === action ? (duty.target ?? undefined) : undefined
}

/** Broken down: its progress follows from the tasks below it, and nobody claims or verifies one. The server says when. */
export const isSummed = ({ task }: Pick<TaskDetail, 'task'>) => task.is_summed

const named = <T extends { id: string }>(items: readonly T[], id?: string) => items.find((item) => item.id === id)
export const openReport = (detail: TaskDetail, target?: string): Report | undefined =>
  named(detail.reports, target) ?? detail.reports.find((report) => report.state === 'submitted')
export const openRequest = (detail: TaskDetail, kind: Request['kind'], target?: string): Request | undefined =>
  named(detail.requests, target) ?? detail.requests.find((request) => request.kind === kind && request.state === 'open')
/** The one named, otherwise the one whose answer is due first. */
export const openUrge = (detail: Pick<TaskDetail, 'urges'>, target?: string): Urge | undefined =>
  named(detail.urges, target) ??
  detail.urges.filter((urge) => urge.may_reply).sort((a, b) => (a.owed_day ?? '').localeCompare(b.owed_day ?? ''))[0]
/** The request a task was closed on; none where it was closed with the tasks below it. */
export const grantedRequest = (detail: TaskDetail): Request | undefined =>
  detail.requests
    .filter((request) => request.kind === 'close' && request.state === 'granted')
    .sort((a, b) => b.at.localeCompare(a.at))[0]

/** Buttons after the one of the duty, in the order of the work. A wait is answered where it stands. */
const BUTTONS: readonly Action[] = [
  'sign',
  'report',
  'reply',
  'complete',
  'submit',
  'dispatch_children',
  'approve',
  'review',
  'rule',
  'decide_close',
  'decide',
  'verify',
  'review_standing',
  'urge',
  'instruct',
  'rate',
  'assign',
  'decompose',
  'request_close',
  'return',
  'wait',
  'raise_risk',
  'answer_risk',
  'ask_report',
  'withdraw',
  'withdraw_report',
  'recall',
  'reopen',
  'link',
  'merge',
  'tag',
  'attach',
  'edit',
  'annul',
  'delete',
]

/** What lies below 更多 is read in groups. Only what belongs to the work may stand beside the duty. */
const GROUPS = {
  beside: ['wait', 'provide', 'raise_risk', 'answer_risk', 'ask_report'],
  back: ['withdraw', 'withdraw_report', 'recall', 'reopen'],
  ties: ['link', 'merge', 'tag'],
  file: ['attach', 'edit', 'annul', 'delete'],
} as const satisfies Record<string, readonly Action[]>
type ActionGroup = 'work' | keyof typeof GROUPS
const groupOf = (action: Action): ActionGroup =>
  (Object.keys(GROUPS) as (keyof typeof GROUPS)[]).find((key) => (GROUPS[key] as readonly Action[]).includes(action)) ??
  'work'

/** Actions in the groups of the menu, the empty ones left out. */
export function grouped(actions: readonly Action[]): { key: ActionGroup; actions: Action[] }[] {
  return (['work', 'beside', 'back', 'ties', 'file'] as const)
    .map((key) => ({ key, actions: actions.filter((action) => groupOf(action) === key) }))
    .filter((group) => group.actions.length > 0)
}

export function buttonsOf(detail: TaskDetail): { first: Action | null; near: Action[]; rest: Action[] } {
  const first = detail.next_duty && detail.can.includes(detail.next_duty.action) ? detail.next_duty.action : null
  const others = BUTTONS.filter((action) => detail.can.includes(action) && action !== first)
  const near = others.filter((one) => groupOf(one) === 'work').slice(0, 3)
  return { first, near, rest: others.filter((action) => !near.includes(action)) }
}

export type DueTone = 'past' | 'today' | 'soon' | 'far' | 'none'

export function dueTone(row: TaskRow, today: string): DueTone {
  if (!row.due_day || row.lamp.lamp === 'blue') return row.due_day ? 'far' : 'none'
  // Its clock stands still.
  if (row.state === 'suspended') return 'far'
  if (row.overdue_days > 0) return 'past'
  if (row.due_day === today) return 'today'
  return row.remain_days !== null && row.remain_days <= 3 ? 'soon' : 'far'
}

/** What its clock stands for, where a list says so. */
const STOPPED = ['close', 'extend', 'suspend', 'return'] as const
export const stoppedBy = (row: TaskRow) => STOPPED.find((one) => one === row.stopped)

export const isOver = (row: TaskRow) => row.state === 'closed' || row.state === 'settled' || row.state === 'terminated'
/** It has ended, and there is something to keep of it: what was declared void, or ended as a draft, never was a task. */
export const hasRecord = ({ state, dispatched_at }: Pick<TaskRow, 'state' | 'dispatched_at'>) =>
  (state === 'settled' || state === 'terminated') && dispatched_at !== null

/** Nothing is to be signed for before it has gone out, and nothing by whoever only answers for it. */
export const signs = (row: TaskRow, party: Party) => party.role !== 'charge_leader' && row.dispatched_at !== null

/** The key of what is to be said of a milestone beside its day. */
export function stepWord(step: TaskDetail['milestones'][number]): string {
  if (step.done_at) return 'common.done'
  if (step.reported) return 'tasks.plan.reported'
  return step.overdue ? 'tasks.plan.late' : ''
}
