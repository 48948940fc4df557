import type { Action, Link, LinkKind, Party, PartyRole, Report, Risk, TaskDetail, Wait } from '@/api/types'

/** What happens beside the main line of a task: parts of others, waits, risks, what is taken back, links. */

// --- parts of others
const ASSISTS: readonly PartyRole[] = ['co', 'summary', 'implement']
/** It takes part, and the task does not end before it has done so. */
export const assists = (party: Pick<Party, 'role'>) => ASSISTS.includes(party.role)
/** Who has not done their part yet. */
export const unfinished = (detail: Pick<TaskDetail, 'parties'>) =>
  detail.parties.filter((party) => assists(party) && party.state !== 'done')
/** Whether there is more to be said of a party than its name and its state. */
export const saysMore = (party: Party) =>
  !!(party.demand || party.due_day || party.done_text || party.may_complete || party.may_reopen)

// --- waits
/** The wait that stands on a party of mine, and whose answer is mine to give; the one expected first. */
export function owedAnswer(detail: Pick<TaskDetail, 'waits' | 'parties'>): Wait | null {
  const mine = new Set(detail.parties.filter((party) => party.mine).map((party) => party.id))
  const day = (wait: Wait) => wait.expected_day ?? '9999'
  return (
    detail.waits
      .filter((wait) => wait.may_end && wait.on_party_id !== null && mine.has(wait.on_party_id))
      .sort((a, b) => day(a).localeCompare(day(b)))[0] ?? null
  )
}
/** Parties that can be waited for: they work, are not ours, are not done and are not waited for already. */
export const waitable = (detail: Pick<TaskDetail, 'parties' | 'waits'>) =>
  detail.parties.filter(
    (party) =>
      party.role !== 'charge_leader' &&
      !party.mine &&
      party.state !== 'done' &&
      !detail.waits.some((wait) => wait.ended_at === null && wait.on_party_id === party.id),
  )

// --- what is said with one text
export type SayAction =
  | 'complete'
  | 'waive'
  | 'reopen_part'
  | 'provide'
  | 'raise_risk'
  | 'answer_risk'
  | 'ask_report'
  | 'recall'
  | 'annul'
  | 'reopen'
  | 'withdraw_report'
interface SaySpec {
  /** The name of its text in the request; none where nothing has to be said. */
  field: 'text' | 'reason' | null
  most: number
  files?: true
  help?: true
  day?: 'must' | 'may'
}
export const SAY: Record<SayAction, SaySpec> = {
  complete: { field: 'text', most: 5000, files: true },
  waive: { field: 'reason', most: 2000 },
  reopen_part: { field: 'reason', most: 2000 },
  provide: { field: 'text', most: 2000 },
  raise_risk: { field: 'text', most: 2000, files: true, help: true },
  answer_risk: { field: 'text', most: 2000 },
  ask_report: { field: 'text', most: 1000, day: 'must' },
  recall: { field: 'reason', most: 2000 },
  annul: { field: 'reason', most: 2000 },
  reopen: { field: 'reason', most: 2000, day: 'may' },
  withdraw_report: { field: null, most: 0 },
} satisfies Partial<Record<Action, SaySpec>>

/** What it can be about: a part, a wait, a risk, a report. */
export type SaySubject =
  | { kind: 'party'; id: string; party: Party }
  | { kind: 'wait'; id: string; wait: Wait }
  | { kind: 'risk'; id: string; risk: Risk }
  | { kind: 'report'; id: string; report: Report }
const aboutParty = (party: Party): SaySubject => ({ kind: 'party', id: party.id, party })
const aboutWait = (wait: Wait): SaySubject => ({ kind: 'wait', id: wait.id, wait })
const aboutRisk = (risk: Risk): SaySubject => ({ kind: 'risk', id: risk.id, risk })
const aboutReport = (report: Report): SaySubject => ({ kind: 'report', id: report.id, report })

/** What it can be said about now; nothing for what is about the task itself. */
export function subjectsOf(detail: TaskDetail, action: SayAction): SaySubject[] {
  const { parties, waits, risks, reports } = detail
  switch (action) {
    case 'complete':
      return parties.filter((one) => one.may_complete).map(aboutParty)
    case 'waive':
      return parties.filter((one) => one.may_waive).map(aboutParty)
    case 'reopen_part':
      return parties.filter((one) => one.may_reopen).map(aboutParty)
    case 'provide':
      return waits.filter((one) => one.may_end).map(aboutWait)
    case 'answer_risk':
      return risks.filter((one) => one.may_answer).map(aboutRisk)
    case 'withdraw_report':
      return reports.filter((one) => one.may_withdraw).map(aboutReport)
    default:
      return []
  }
}
/** Whether it is about one of several things rather than about the task. */
export const needsSubject = (action: SayAction) =>
  !['raise_risk', 'ask_report', 'recall', 'annul', 'reopen'].includes(action)

/** The same act under the words of whoever does it: who waits ends a wait, who is waited for answers it. */
export type SayWords = SayAction | 'restore_part' | 'end_wait' | 'lift_risk'
export function wordsOf(
  detail: Pick<TaskDetail, 'parties'>,
  action: SayAction,
  subject: SaySubject | null,
  me?: string,
) {
  if (subject?.kind === 'party' && action === 'reopen_part' && subject.party.waived) return 'restore_part'
  if (subject?.kind === 'risk' && subject.risk.by.id === me) return 'lift_risk'
  if (subject?.kind === 'wait') {
    const on = detail.parties.find((one) => one.id === subject.wait.on_party_id)
    return on?.mine ? 'provide' : 'end_wait'
  }
  return action satisfies SayWords
}

// --- links
const LINK_GROUPS = ['before', 'after', 'follows', 'followed', 'duplicates', 'same_matter'] as const
export type LinkGroup = (typeof LINK_GROUPS)[number]
/** How the other task stands to this one. */
export function linkGroup({ kind, reverse }: Pick<Link, 'kind' | 'reverse'>): LinkGroup {
  if (kind === 'blocks') return reverse ? 'before' : 'after'
  if (kind === 'follows') return reverse ? 'followed' : 'follows'
  return kind
}
export const groupLinks = (links: readonly Link[]) =>
  LINK_GROUPS.map((key) => ({ key, links: links.filter((link) => linkGroup(link) === key) })).filter(
    (group) => group.links.length > 0,
  )
/** What should be done before this task and is not. */
export const blockers = (detail: Pick<TaskDetail, 'links'>) =>
  detail.links.filter(
    (link) => linkGroup(link) === 'before' && !['closed', 'settled', 'terminated'].includes(link.state),
  )

/** What can be chosen in the dialog. That another task comes first is said of that one: it blocks this one. */
export const LINK_CHOICES = ['before', 'after', 'follows', 'duplicates', 'same_matter'] as const
export type LinkChoice = (typeof LINK_CHOICES)[number]
export function linkInput(choice: LinkChoice, own: string, other: string): { of: string; kind: LinkKind; to: string } {
  if (choice === 'before') return { of: other, kind: 'blocks', to: own }
  return { of: own, kind: choice === 'after' ? 'blocks' : choice, to: other }
}
