import type { PersonRef, Report, Request, TaskDetail, TimelineItem, Urge, Verification } from '@/api/types'

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
    | { kind: 'request'; request: Request }
    | { kind: 'verification'; verification: Verification }
    | { kind: 'event'; sentence: string }
  )

const instant = (text: string) => Date.parse(text)
/** Verbs whose matter is shown as a card of its own. */
const CARD_VERB = /report|urge|repl|return|clos|request|verif|progress/i

/**
 * One stream, newest first: reports, urges, requests and checks as cards, the rest of the ledger as lines.
 * A ledger entry written in the same second by the same person as a card *is* that card.
 */
export function mergeStream(detail: TaskDetail, ledger: readonly TimelineItem[]): StreamItem[] {
  const left = [...ledger]
  const claim = (at: string, by: PersonRef): TimelineItem | null => {
    const index = left.findIndex(
      (item) =>
        item.actor?.id === by.id && CARD_VERB.test(item.action) && Math.abs(instant(item.at) - instant(at)) < 1500,
    )
    return index < 0 ? null : (left.splice(index, 1)[0] ?? null)
  }
  const items: StreamItem[] = []
  for (const report of detail.reports)
    items.push({
      kind: 'report',
      key: report.id,
      at: report.at,
      by: report.by,
      ledger: claim(report.at, report.by),
      report,
    })
  for (const urge of detail.urges)
    items.push({ kind: 'urge', key: urge.id, at: urge.at, by: urge.by, ledger: claim(urge.at, urge.by), urge })
  // The answer stands on the urge's card; its own ledger entry would say it twice.
  for (const { replied_at, replied_by } of detail.urges) if (replied_at && replied_by) claim(replied_at, replied_by)
  for (const request of detail.requests)
    items.push({
      kind: 'request',
      key: request.id,
      at: request.at,
      by: request.by,
      ledger: claim(request.at, request.by),
      request,
    })
  for (const verification of detail.verifications) {
    const { id, at, by } = verification
    items.push({ kind: 'verification', key: id, at, by, ledger: claim(at, by), verification })
  }
  for (const item of left) {
    const { seq, at, actor, sentence } = item
    items.push({ kind: 'event', key: `e${seq}`, at, by: actor, ledger: item, sentence })
  }
  return items.sort((a, b) => instant(b.at) - instant(a.at) || (b.ledger?.seq ?? 0) - (a.ledger?.seq ?? 0))
}

export type StreamView = 'all' | 'report' | 'urge' | 'event'

export function ofView(items: readonly StreamItem[], view: StreamView): StreamItem[] {
  if (view === 'all') return [...items]
  return items.filter((item) =>
    view === 'event' ? item.kind !== 'report' && item.kind !== 'urge' : item.kind === view,
  )
}

/** What others did since the page was read: the words of a conflict. */
export function newerThan(ledger: readonly TimelineItem[], knownSeq: number): TimelineItem[] {
  return ledger.filter((item) => item.seq > knownSeq)
}
