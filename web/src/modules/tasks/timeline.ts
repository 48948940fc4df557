import type {
  Comment,
  Note,
  PersonRef,
  Report,
  Request,
  TaskDetail,
  TimelineItem,
  Urge,
  Verification,
} from '@/api/types'

interface Base {
  key: string
  at: string
  by: PersonRef | null
  /** The ledger entry behind it, where one was found. */
  ledger: TimelineItem | null
}
export type StreamItem = Base &
  (
    | { kind: 'report'; report: Report }
    | { kind: 'urge'; urge: Urge }
    /** What the ledger says of the decision: a ruling names the unit, which the request does not. */
    | { kind: 'request'; request: Request; decided: TimelineItem | null }
    | { kind: 'verification'; verification: Verification }
    | { kind: 'note'; note: Note }
    | { kind: 'comment'; comment: Comment }
    | { kind: 'event'; sentence: string }
  )

const instant = (text: string) => Date.parse(text)
/** What a card tells, and the ledger's actions that tell it as well. */
const TOLD = {
  report: ['reported'],
  review: ['report_accepted', 'report_sent_back', 'report_withdrawn'],
  urge: ['urged', 'instructed'],
  reply: ['urge_replied', 'urge_reply_recorded'],
  ask: ['urge_asked_again'],
  acceptance: ['urge_accepted'],
  request: ['close_requested', 'returned', 'asked'],
  agreement: ['agreed'],
  decision: [
    'closed',
    'close_refused',
    'ruled',
    'granted',
    'refused',
    'withdrawn',
    'extended',
    'transferred',
    'suspended',
    'resumed',
    'terminated',
    // A second look may end it, too.
    'settled',
  ],
  verification: ['settled', 'reopened'],
  note: ['rated'],
  correction: ['rating_corrected'],
  comment: ['commented'],
  edit: ['comment_edited'],
  deletion: ['comment_deleted'],
}

/**
 * One stream, newest first: reports, urges, requests and checks as cards with what became of them, the rest of the ledger as
 * lines. A ledger entry of what a card tells, written in the same second by the same person, *is* that card.
 */
export function mergeStream(
  detail: TaskDetail,
  ledger: readonly TimelineItem[],
  comments: readonly Comment[] = [],
): StreamItem[] {
  const left = [...ledger]
  const claim = (what: keyof typeof TOLD, at: string | null, by: PersonRef | null): TimelineItem | null => {
    const index = left.findIndex(
      (item) =>
        at !== null &&
        item.actor?.id === by?.id &&
        TOLD[what].includes(item.action) &&
        Math.abs(instant(item.at) - instant(at)) < 1500,
    )
    return index < 0 ? null : (left.splice(index, 1)[0] ?? null)
  }
  const items: StreamItem[] = []
  for (const report of detail.reports) {
    const { id, at, by, reviewed_at, reviewed_by } = report
    items.push({ kind: 'report', key: id, at, by, ledger: claim('report', at, by), report })
    claim('review', reviewed_at, reviewed_by)
  }
  for (const urge of detail.urges) {
    const { id, at, by, replied_at, replied_by, accepted_at } = urge
    // The ledger names who wrote a leader's words down, and whoever did may find the answer good for them.
    const hand = urge.instruction?.entered_by ?? by
    items.push({ kind: 'urge', key: id, at, by, ledger: claim('urge', at, hand), urge })
    claim('reply', replied_at, replied_by)
    for (const turn of urge.turns) claim(turn.kind, turn.at, turn.by)
    if (!claim('acceptance', accepted_at, by)) claim('acceptance', accepted_at, hand)
  }
  for (const request of detail.requests) {
    const { id, at, by, agreed_at, agreed_by, decided_at, decided_by } = request
    claim('agreement', agreed_at, agreed_by)
    const decided = claim('decision', decided_at, decided_by)
    items.push({ kind: 'request', key: id, at, by, ledger: claim('request', at, by), request, decided })
  }
  for (const verification of detail.verifications) {
    const { id, at, by } = verification
    items.push({ kind: 'verification', key: id, at, by, ledger: claim('verification', at, by), verification })
  }
  for (const note of detail.talk.notes) {
    const { id, at, by, corrected_at } = note
    items.push({ kind: 'note', key: id, at, by, ledger: claim('note', at, by), note })
    claim('correction', corrected_at, by)
  }
  for (const comment of comments) {
    const { id, at, by, edited_at, deleted_at, deleted_by } = comment
    items.push({ kind: 'comment', key: id, at, by, ledger: claim('comment', at, by), comment })
    claim('edit', edited_at, by)
    claim('deletion', deleted_at, deleted_by)
  }
  for (const item of left) {
    const { seq, at, actor, sentence } = item
    items.push({ kind: 'event', key: `e${seq}`, at, by: actor, ledger: item, sentence })
  }
  return items.sort((a, b) => instant(b.at) - instant(a.at) || (b.ledger?.seq ?? 0) - (a.ledger?.seq ?? 0))
}

/** What became of these is more than a yes: the unit that has it now, the day it is due now. */
const SAID_BY_LEDGER: readonly Request['kind'][] = ['return', 'extend', 'transfer', 'resume', 'recheck']
/** What was decided on a request: the ledger's words where they say more than the decider did. */
export const decision = (item: StreamItem & { kind: 'request' }): string => {
  const { kind, state, decision_text } = item.request
  const more = SAID_BY_LEDGER.includes(kind) && state !== 'refused' && state !== 'withdrawn'
  return (more && item.decided?.sentence) || (decision_text ?? '')
}

export const STREAM_VIEWS = ['all', 'report', 'urge', 'talk', 'event'] as const
export type StreamView = (typeof STREAM_VIEWS)[number]
const VIEW_OF: Partial<Record<StreamItem['kind'], StreamView>> = {
  report: 'report',
  urge: 'urge',
  note: 'talk',
  comment: 'talk',
}

export function ofView(items: readonly StreamItem[], view: StreamView): StreamItem[] {
  if (view === 'all') return [...items]
  return items.filter((item) => (VIEW_OF[item.kind] ?? 'event') === view)
}

/** What others did since the page was read: the words of a conflict. */
export function newerThan(ledger: readonly TimelineItem[], knownSeq: number): TimelineItem[] {
  return ledger.filter((item) => item.seq > knownSeq)
}
