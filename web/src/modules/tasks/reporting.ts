import type { Party, TaskDetail } from '@/api/types'
import { isSummed } from './duties'

/** On which part a report of mine is booked and where its progress starts: said by the same rule as the server's. */
type Known = Pick<TaskDetail, 'parties' | 'reports' | 'task'>

export const leads = ({ role }: Pick<Party, 'role'>) => role === 'lead' || role === 'co_lead'

/** The part named after me before that of my unit, a lead's before another's, then as they stand in the list. */
export function reportingParty({ parties }: Pick<Known, 'parties'>, me: string | undefined): Party | undefined {
  const rank = (party: Party) => (party.person && party.person.id === me ? 0 : 2) + (leads(party) ? 0 : 1)
  return parties
    .filter((party) => party.mine && party.role !== 'charge_leader' && party.state === 'signed')
    .sort((a, b) => rank(a) - rank(b))[0]
}

/** What the part was last said to have reached; reports come newest first, and what was taken or sent back says nothing. */
function lastClaim({ reports }: Pick<Known, 'reports'>, party: Party): number {
  return reports.find((one) => one.party_id === party.id && one.state !== 'sent_back')?.claimed_progress ?? 0
}

export interface Reporting {
  /** It speaks for the whole: it moves the task, reaches milestones and answers what is due. */
  leads: boolean
  /** Progress follows from the tasks below; only words are reported. */
  summed: boolean
  /** A claim below this one has to be explained. */
  before: number
}
export function reportingOf(detail: Known, me: string | undefined): Reporting {
  const party = reportingParty(detail, me)
  if (party && !leads(party)) return { leads: false, summed: false, before: lastClaim(detail, party) }
  return { leads: true, summed: isSummed(detail), before: detail.task.claimed_progress }
}
