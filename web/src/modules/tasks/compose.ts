import type { Action, NextDuty, TaskAnswer, TaskDetail, TaskTalk, Urges } from '@/api/types'
import { openUrge } from './duties'

/** The task, its urges and the talk about it come from three rooms of the server; the page shows them as one. */
export function compose(task: TaskAnswer, urges: Urges, talk: TaskTalk): TaskDetail {
  const first = openUrge({ urges: urges.items })
  const can: Action[] = [...task.can]
  if (urges.can_urge) can.push('urge')
  if (first) can.push('reply')
  if (talk.can_rate) can.push('rate')
  if (talk.can_comment) can.push('comment')
  if (task.requests.some((request) => request.may_withdraw)) can.push('withdraw')
  const reply: NextDuty | null = first
    ? { action: 'reply', text: `${first.by.name}：${first.asked}`, due_day: first.owed_day, target: first.id }
    : null
  // Who is pressed answers first; everything else follows.
  return { ...task, can, urges: urges.items, talk, next_duty: reply ?? task.next_duty }
}

/** A fresh answer about the task, with the urges and the talk that were known before. */
export function recompose(task: TaskAnswer, known: TaskDetail): TaskDetail {
  return compose(task, { items: known.urges, can_urge: known.can.includes('urge') }, known.talk)
}
