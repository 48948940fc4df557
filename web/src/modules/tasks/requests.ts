import type {
  Importance,
  ReasonClass,
  Request,
  RequestInput,
  RequestKind,
  TaskDetail,
  TaskRules,
  TimelineItem,
  Verification,
} from '@/api/types'

/** What is asked for on a task, in the order of a menu; a second look is asked for where the decision stands. */
export const ASKED = ['extend', 'transfer', 'suspend', 'resume', 'terminate', 'amend'] as const
export type AskKind = (typeof ASKED)[number] | 'recheck'
export const REASON_CLASSES: readonly ReasonClass[] = ['own', 'waiting', 'changed', 'force']
/** Working days an extension often takes. */
export const QUICK = [3, 5, 10] as const

export const askable = (detail: Pick<TaskDetail, 'can'>) => ASKED.filter((kind) => detail.can.includes(kind))

// --- asking
export interface AskDraft<File = { id: string }> {
  reason: string
  reason_class: ReasonClass | ''
  /** A day in words; what it means is read by the server. */
  day: string
  unit_id: string
  basis: string
  /** The decision a second look is asked at. */
  subject_id: string
  files: File[]
}
export const emptyAsk = <File = { id: string }>(): AskDraft<File> => ({
  reason: '',
  reason_class: '',
  day: '',
  unit_id: '',
  basis: '',
  subject_id: '',
  files: [],
})
export const isEmptyAsk = (draft: AskDraft) => !draft.reason.trim() && !draft.basis.trim() && !draft.unit_id

type AskField = 'reason_class' | 'new_day' | 'unit_id' | 'basis' | 'reason'
/** What has to be filled in, in the order of the form. */
export function missing(kind: AskKind, draft: AskDraft): AskField[] {
  const empty: Record<AskField, boolean> = {
    reason_class: kind === 'extend' && !draft.reason_class,
    new_day: kind === 'extend' && !draft.day.trim(),
    unit_id: kind === 'transfer' && !draft.unit_id,
    basis: kind === 'suspend' && !draft.basis.trim(),
    reason: !draft.reason.trim(),
  }
  return (Object.keys(empty) as AskField[]).filter((field) => empty[field])
}

/** Just what this kind asks for; whatever else stands in the draft stays there. */
export function askInput(
  kind: AskKind,
  draft: AskDraft,
  of: { version: number; day: string | null; subject: string },
): RequestInput {
  const input: RequestInput = { version: of.version, kind, reason: draft.reason.trim() }
  if (kind === 'extend' && draft.reason_class) input.reason_class = draft.reason_class
  if ((kind === 'extend' || kind === 'suspend') && of.day) input.new_day = of.day
  if (kind === 'transfer') input.unit_id = draft.unit_id
  if (kind === 'suspend') input.basis = draft.basis.trim()
  if (kind === 'recheck') input.subject_id = of.subject
  if (draft.files.length) input.file_ids = draft.files.map((file) => file.id)
  return input
}

// --- a second look
export type Appealed =
  { kind: 'request'; id: string; request: Request } | { kind: 'verification'; id: string; verification: Verification }
/** What was decided against the doer and may be looked at again, the latest first. */
export function appealable(detail: Pick<TaskDetail, 'requests' | 'verifications'>): Appealed[] {
  const when = (one: Appealed) =>
    Date.parse(one.kind === 'request' ? (one.request.decided_at ?? '') : one.verification.at)
  const all: Appealed[] = [
    ...detail.requests.filter((one) => one.may_recheck).map((request) => ofRequest(request)),
    ...detail.verifications.filter((one) => one.may_recheck).map((verification) => ofCheck(verification)),
  ]
  return all.sort((a, b) => when(b) - when(a))
}
const ofRequest = (request: Request): Appealed => ({ kind: 'request', id: request.id, request })
const ofCheck = (verification: Verification): Appealed => ({ kind: 'verification', id: verification.id, verification })
/** What a request for a second look is about, whether it may still be asked for or not. */
export function appealed(detail: Pick<TaskDetail, 'requests' | 'verifications'>, id: string | null): Appealed | null {
  const request = detail.requests.find((one) => one.id === id)
  if (request) return ofRequest(request)
  const check = detail.verifications.find((one) => one.id === id)
  return check ? ofCheck(check) : null
}

// --- deciding
export const decidable = (detail: Pick<TaskDetail, 'requests'>) => detail.requests.filter((one) => one.may_decide)
export const withdrawable = (detail: Pick<TaskDetail, 'requests'>) => detail.requests.filter((one) => one.may_withdraw)

/** Who has to agree after another. */
export type Onward = Exclude<TaskRules['chain_normal'], 'issuer'>

/** Which kinds follow the chain of their task's importance; the rest needs one. */
const CHAINED: Record<TaskRules['chained'], readonly RequestKind[]> = {
  terms: ['extend', 'suspend', 'terminate'],
  contents: ['extend', 'suspend', 'terminate', 'resume', 'transfer', 'amend'],
  all: ['extend', 'suspend', 'terminate', 'resume', 'transfer', 'amend', 'return', 'close'],
}

/** Who has to agree. */
export function chainOf(
  kind: RequestKind,
  importance: Importance,
  rules: Pick<TaskRules, 'chained' | 'chain_normal' | 'chain_important' | 'chain_major'>,
): TaskRules['chain_normal'] {
  return CHAINED[rules.chained].includes(kind) ? rules[`chain_${importance}`] : 'issuer'
}

/** The key of where a request stands; one that was agreed to once waits for the second. */
export const requestState = (request: Pick<Request, 'state' | 'agreed_by'>) =>
  request.state === 'open' && request.agreed_by
    ? ('words.requestState.agreed' as const)
    : (`words.requestState.${request.state}` as const)

/** The task's open requests, in words that name them. */
export const openRequests = (detail: Pick<TaskDetail, 'requests'>) =>
  detail.requests.filter((request) => request.state === 'open')

// --- what stands still
export interface Standstill {
  state: 'suspended' | 'terminated'
  /** Since when, where it is known. */
  since: string | null
  /** It stopped with the task above, by that one's request. */
  above: boolean
  request: Request | null
}

/** Why and since when a task is stopped or ended: by a request of its own, or with the task above it. */
export function standstill(
  detail: Pick<TaskDetail, 'task' | 'requests' | 'ancestors'>,
  ledger: readonly TimelineItem[],
): Standstill | null {
  const { state } = detail.task
  if (state !== 'suspended' && state !== 'terminated') return null
  const kind = state === 'suspended' ? 'suspend' : 'terminate'
  const request =
    detail.requests
      .filter((one) => one.kind === kind && one.state === 'granted')
      .sort((a, b) => (b.decided_at ?? '').localeCompare(a.decided_at ?? ''))[0] ?? null
  const entry = ledger.find((item) => item.action === state)
  const asked = request?.decided_at ?? null
  const own = !!asked && (!entry || Math.abs(Date.parse(entry.at) - Date.parse(asked)) < 1500)
  return {
    state,
    since: own ? asked : (entry?.at ?? null),
    above: !own && !!entry && detail.ancestors.length > 0,
    request: own ? request : null,
  }
}
