import type { Party, TaskRow, Urge } from '@/api/types'
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
export function unanswered(urges: readonly Pick<Urge, 'at' | 'by' | 'reply'>[]): Pressed[] {
  const open = urges.filter((urge) => urge.reply === null).sort((a, b) => b.at.localeCompare(a.at))
  const said = open.map((urge): [string, Pressed] => {
    const { day } = clock(urge.at)
    return [`${urge.by.id} ${day}`, { name: urge.by.name, day }]
  })
  return [...new Map(said).values()]
}
