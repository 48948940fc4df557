/** Whether the system keeps its watch, at a glance: what it looks at, and whether what it says gets out. */
import type { Channel, DeliveriesState, Lamp, LookoutState } from '@/api/types'

/** Longer than any run takes, and than a letter waits for its turn: then it has stopped. */
const LATE_MS = 10 * 60_000
/** The audit is hourly; after this it is not done any more, as the alarms say. */
const AUDIT_LATE_MS = 2 * 60 * 60_000
/** Work in the background is taken up at once. */
const JOBS_LATE_MS = 5 * 60_000
/** From so many failures in a row on, a gateway is down, even between two pauses. */
const DOWN_FROM = 5

type Key =
  | ('troubled' | 'troubledMany' | 'others' | 'late' | 'behind' | 'well' | 'seen' | 'idle')
  | ('stuck' | 'down' | 'downWaiting' | 'failed' | 'unknown')
  | ('auditLate' | 'jobsLate' | 'jobsGivenUp')

export interface Finding {
  lamp: Lamp
  /** Its words, below `reminders.watch`. */
  key: Key
  n?: number
  at?: string | null
  channel?: Channel
  gateway?: string
}
/** Of deliveries: what they did, or that it could not be asked; nothing while it is being asked. */
export type Sent = DeliveriesState | 'unknown' | undefined

const RANK: readonly Lamp[] = ['red', 'orange', 'yellow', 'grey', 'blue', 'green']
const since = (from: string | null | undefined, now: string) => (from ? Date.parse(now) - Date.parse(from) : 0)
const total = <T extends { n: number }>(all: readonly T[], which: (one: T) => boolean) =>
  all.reduce((sum, one) => sum + (which(one) ? one.n : 0), 0)

/** What only whoever keeps the service can mend. */
export const ofService = ({ key }: Finding) => key === 'auditLate' || key === 'jobsLate' || key === 'jobsGivenUp'

/** How many of today's came to nothing. */
export const countOf = (sent: DeliveriesState, state: 'failed' | 'suppressed') =>
  total(sent.today, (one) => one.state === state)

/** More than so many tasks that cannot be looked at are not told one by one. */
const TROUBLED_TOLD = 20

/** What stands about a task cannot be read: nobody looks at it, whatever else goes well. */
function unread({ troubled: { length: n } }: LookoutState): Finding[] {
  return n ? [{ lamp: 'red', key: n < TROUBLED_TOLD ? 'troubled' : 'troubledMany', n }] : []
}

function lookout({ tasks, due, oldest, now, troubled }: LookoutState): Finding {
  if (due && since(oldest, now) > LATE_MS) return { lamp: 'red', key: 'late', n: due, at: oldest }
  if (due) return { lamp: 'yellow', key: 'behind', n: due, at: oldest }
  if (troubled.length) return { lamp: 'green', key: 'others' }
  return { lamp: 'green', key: tasks ? 'seen' : 'idle', n: tasks }
}

/** Whether somebody still looks after the lookout: its own audit, and the work everything rests on. */
function below({ audit, jobs, now }: LookoutState): Finding[] {
  const found: Finding[] = []
  if (audit && since(audit.at, now) > AUDIT_LATE_MS) found.push({ lamp: 'red', key: 'auditLate', at: audit.at })
  const { waiting: n, oldest_due: at, given_up } = jobs
  if (since(at, now) > JOBS_LATE_MS) found.push({ lamp: 'red', key: 'jobsLate', n, at })
  if (given_up) found.push({ lamp: 'yellow', key: 'jobsGivenUp', n: given_up })
  return found
}

function ways(sent: DeliveriesState, now: string): Finding[] {
  const { waiting } = sent
  const found: Finding[] = []
  for (const { channel, n, since: at } of waiting) {
    if (n && since(at, now) > LATE_MS) found.push({ lamp: 'red', key: 'stuck', n, at, channel })
  }
  for (const { code, channel, closed_until, failures } of sent.gateways) {
    if (!closed_until && failures < DOWN_FROM) continue
    const n = total(waiting, (one) => one.channel === channel)
    found.push({ lamp: 'yellow', key: n ? 'downWaiting' : 'down', n, gateway: code })
  }
  const failed = countOf(sent, 'failed')
  if (failed) found.push({ lamp: 'yellow', key: 'failed', n: failed })
  return found
}

/** What is to be said, the worst first; that all is well only where it is. */
export function glance(state: LookoutState, sent: Sent): Finding[] {
  const seen = lookout(state)
  const deep = below(state)
  const out: Finding[] = sent === 'unknown' ? [{ lamp: 'grey', key: 'unknown' }] : sent ? ways(sent, state.now) : []
  if (sent && !out.length && !deep.length && seen.key === 'seen') seen.key = 'well'
  return [...unread(state), ...deep, seen, ...out].sort((a, b) => RANK.indexOf(a.lamp) - RANK.indexOf(b.lamp))
}

/** The server's words for a record that cannot be read: the field, and what is wrong with it; all of them where they are others. */
export function troubleOf(why: string): { field: string; text: string } {
  const [, field = '', text = why] = /^error occurred while decoding column "?([^":]+)"?: (.+)$/s.exec(why) ?? []
  return { field, text }
}
