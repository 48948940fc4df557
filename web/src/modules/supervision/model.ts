import type { FileRef, Party, PersonRef, TaskRow, Urge } from '@/api/types'
import { addDays, clock, weekday } from '@/lib/dates'

/** Who can be pressed: those who hold a part of the work and have not finished it. */
export function pressable(parties: readonly Party[]): Party[] {
  return parties.filter((party) => party.role !== 'charge_leader' && party.state !== 'done')
}

/** An answer within two weekdays, unless said otherwise; holidays are the server's to know. */
export function defaultReplyDay(today: string): string {
  let day = today
  for (let left = 2; left > 0;) {
    day = addDays(day, 1)
    if (weekday(day) <= 5) left--
  }
  return day
}

/** Which of the ready words fit a task: it is overdue, nearly due, or neither. */
export function fittingWords({ overdue_days, remain_days }: TaskRow): number {
  if (overdue_days > 0) return 2
  return remain_days !== null && remain_days <= 5 ? 1 : 0
}

export type Pressed = { name: string; day: string }

/** Who has pressed already and waits for the answer, the latest first; one press goes to several units at once. */
export function unanswered(urges: readonly Pick<Urge, 'at' | 'by' | 'owed_day'>[]): Pressed[] {
  const open = urges.filter((urge) => urge.owed_day !== null).sort((a, b) => b.at.localeCompare(a.at))
  const said = open.map((urge): [string, Pressed] => {
    const { day } = clock(urge.at)
    return [`${urge.by.id} ${day}`, { name: urge.by.name, day }]
  })
  return [...new Map(said).values()]
}

/** What followed the first question, in order. */
export interface Turn {
  key: string
  kind: 'ask' | 'reply'
  by: PersonRef | null
  /** Who wrote an answer down that was given on the telephone. */
  enteredBy: PersonRef | null
  at: string
  text: string
  files: readonly FileRef[]
}
export function turnsOf(urge: Urge): Turn[] {
  const { reply, replied_at, replied_by: by, reply_entered_by: enteredBy, files, turns } = urge
  const first: Turn[] =
    reply === null || !replied_at
      ? []
      : [{ key: 'first', kind: 'reply', by, enteredBy, at: replied_at, text: reply, files }]
  return [...first, ...turns.map((turn) => ({ ...turn, enteredBy: turn.entered_by, key: turn.id }))]
}

/** A list as it is now, and in it, where it stood before, whatever of it is held though it no longer belongs there. */
export function withHeld<T extends { id: string }>(
  now: readonly T[],
  before: readonly T[],
  held: ReadonlySet<string>,
): T[] {
  const all = [...now]
  for (const [at, one] of before.entries())
    if (held.has(one.id) && !now.some(({ id }) => id === one.id)) all.splice(at, 0, one)
  return all
}

/** Who is taken to have answered: whoever was chosen, unless all who may have are known and they are none of them. */
export function answererOf(chosen: string, choices: readonly PersonRef[], all: boolean): string {
  const stays = all ? choices.some((one) => one.id === chosen) : !!chosen
  return stays ? chosen : (choices[0]?.id ?? '')
}

/** How somebody pressed, or that it was a leader's instruction. */
export function wayOf(urge: Pick<Urge, 'method' | 'instruction'>): 'instructed' | 'called' | 'urged' {
  if (urge.instruction) return 'instructed'
  return urge.method === 'call' ? 'called' : 'urged'
}

export type UrgeState = 'late' | 'wait' | 'given' | 'accepted'
export function stateOf(urge: Pick<Urge, 'owed_day' | 'overdue' | 'accepted_at'>): UrgeState {
  if (urge.accepted_at) return 'accepted'
  if (urge.owed_day === null) return 'given'
  return urge.overdue ? 'late' : 'wait'
}
