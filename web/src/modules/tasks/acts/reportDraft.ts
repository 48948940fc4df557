import type { ReportInput } from '@/api/types'

/** A report while it is being written. */
export interface ReportDraft {
  progress: number
  text: string
  problem: string
  next: string
  fall: string
  milestones: string[]
}
export const emptyReport = (progress: number): ReportDraft => ({
  progress,
  text: '',
  problem: '',
  next: '',
  fall: '',
  milestones: [],
})

export const hasWords = ({ text, problem, next }: ReportDraft) => !!(text || problem || next)

/** A report that was refused, to be written on; words begun meanwhile stay below it. */
export function putBack(sent: ReportInput, now: ReportDraft): ReportDraft {
  const both = (was: string | null | undefined, begun: string) =>
    !was || begun.includes(was) ? begun : [was, begun].filter(Boolean).join('\n')
  return {
    progress: sent.claimed_progress,
    text: both(sent.text, now.text),
    problem: both(sent.problem, now.problem),
    next: both(sent.next_step, now.next),
    fall: both(sent.fall_reason, now.fall),
    milestones: [...new Set([...(sent.milestone_ids ?? []), ...now.milestones])],
  }
}
