import type { Action, NextDuty, TaskAnswer, TaskDetail, TaskTalk, Urges } from '@/api/types'
import { mark } from '@/lib/marks'
import { openUrge } from './duties'
import { owedAnswer } from './life'

type Known = Pick<Urges, 'items' | 'can_urge' | 'can_instruct'> & { usual_day?: string | undefined }

/** The task, its urges and the talk about it come from three rooms of the server; the page shows them as one. */
export function compose(task: TaskAnswer, urges: Known, talk: TaskTalk): TaskDetail {
  const first = openUrge({ urges: urges.items })
  const can: Action[] = [...task.can]
  if (urges.can_urge) can.push('urge')
  if (urges.can_instruct) can.push('instruct')
  if (first) can.push('reply')
  if (talk.can_rate) can.push('rate')
  if (talk.can_comment) can.push('comment')
  if (task.requests.some((request) => request.may_withdraw)) can.push('withdraw')
  if (task.reports.some((report) => report.may_withdraw)) can.push('withdraw_report')
  if (task.waits.some((wait) => wait.may_end)) can.push('provide')
  // Whoever said it may say that it has passed, though it is not for them to answer.
  if (!can.includes('answer_risk') && task.risks.some((risk) => risk.may_answer)) can.push('answer_risk')
  const reply: NextDuty | null = first
    ? { action: 'reply', text: first.by.name + mark('：') + first.asked, due_day: first.owed_day, target: first.id }
    : null
  const wait = owedAnswer(task)
  const provide: NextDuty | null = wait && {
    action: 'provide',
    text: wait.by.name + mark('：') + wait.text,
    due_day: wait.expected_day,
    target: wait.id,
  }
  // Who is pressed answers first; everything else follows.
  return {
    ...task,
    can,
    urges: urges.items,
    urge_day: urges.usual_day,
    talk,
    next_duty: reply ?? task.next_duty ?? provide,
  }
}

/** A fresh answer about the task, with the urges and the talk that were known before. */
export function recompose(task: TaskAnswer, known: TaskDetail): TaskDetail {
  const urges = {
    items: known.urges,
    can_urge: known.can.includes('urge'),
    can_instruct: known.can.includes('instruct'),
    usual_day: known.urge_day,
  }
  return compose(task, urges, known.talk)
}
