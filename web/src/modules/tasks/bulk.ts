import type { BulkAction, BulkInput, Role, TaskRow, TaskState } from '@/api/types'

import { STATES } from './filter'

/** One action on many tasks: what is offered, what has to be said, what is sent. */

/** So many at a time. */
export const BULK_MOST = 2000
interface BulkSpec {
  /** In which states it makes sense, and for whom. */
  states: readonly TaskState[]
  roles: readonly Role[]
  text?: 'must' | 'may'
  day?: 'must' | 'may'
}
const OPEN: readonly TaskState[] = ['dispatched', 'active']
const ISSUERS: readonly Role[] = ['leader', 'centre', 'head', 'liaison']
/** In the order in which they are offered. */
export const BULK: Record<BulkAction, BulkSpec> = {
  sign: { states: OPEN, roles: ['head', 'liaison', 'handler', 'centre'] },
  urge: { states: OPEN, roles: ['leader', 'centre', 'head'], text: 'must', day: 'may' },
  order: { states: OPEN, roles: ['leader', 'centre'], text: 'must', day: 'may' },
  ask_report: { states: OPEN, roles: ISSUERS, text: 'must', day: 'must' },
  accept_reports: { states: ['active'], roles: ISSUERS, text: 'may' },
  grant_close: { states: ['active'], roles: ISSUERS, text: 'may' },
  verify: { states: ['closed'], roles: ISSUERS, text: 'may' },
  tag: { states: STATES, roles: ISSUERS, text: 'must' },
  submit: { states: ['draft'], roles: ISSUERS },
  recall: { states: ['dispatched'], roles: ISSUERS, text: 'must' },
  delete: { states: ['draft'], roles: ISSUERS },
}

/** What is worth offering for these rows; without rows, for whatever the filter finds. The server decides on each. */
export function bulkActions(rows: readonly Pick<TaskRow, 'state'>[] | null, roles: readonly Role[]): BulkAction[] {
  return (Object.keys(BULK) as BulkAction[]).filter((action) => {
    const { states, roles: may } = BULK[action]
    return roles.some((role) => may.includes(role)) && (!rows || rows.some((row) => states.includes(row.state)))
  })
}

export interface BulkDraft {
  text: string
  day: string
  not_secret: boolean
}
type BulkFault = 'text' | 'due_day' | 'not_secret'
/** What is missing, by the names under which the server would say so. */
export function bulkFaults(action: BulkAction, draft: BulkDraft): BulkFault[] {
  const { text, day } = BULK[action]
  const found: BulkFault[] = []
  if (text === 'must' && !draft.text.trim()) found.push('text')
  if (day === 'must' && !draft.day) found.push('due_day')
  if (action === 'submit' && !draft.not_secret) found.push('not_secret')
  return found
}

/** Which tasks: the ones ticked, or everything the filter finds. */
export type Chosen = { ids: string[] } | { filter: Record<string, string> }
export function bulkInput(action: BulkAction, chosen: Chosen, draft: BulkDraft): BulkInput {
  const { text, day } = BULK[action]
  const input: BulkInput = { action }
  if ('ids' in chosen) input.ids = chosen.ids
  else input.filter = typed(chosen.filter)
  if (text && draft.text.trim()) input.text = draft.text.trim()
  if (day && draft.day) input.due_day = draft.day
  if (action === 'submit') input.not_secret = draft.not_secret
  return input
}

type Filter = NonNullable<BulkInput['filter']>
type YesOrNo = { [K in keyof Filter]-?: boolean extends NonNullable<Filter[K]> ? K : never }[keyof Filter]
/** All of them, or this does not compile: a text may be the word "true". */
const YES_OR_NO: Record<YesOrNo, true> = {
  at_risk: true,
  due_soon: true,
  has_document: true,
  has_due: true,
  has_handler: true,
  has_lead: true,
  lead_only: true,
  leaves: true,
  overdue: true,
  roots: true,
  standing: true,
  started: true,
  waiting: true,
}
/** In an address everything is text; in a body what is yes or no is yes or no. */
function typed(filter: Record<string, string>): Filter {
  const said = (name: string, value: string) =>
    name in YES_OR_NO && (value === 'true' || value === 'false') ? value === 'true' : value
  return Object.fromEntries(Object.entries(filter).map(([name, value]) => [name, said(name, value)]))
}
