import type { ReportInput } from '@/api/types'
import { aboveBegun } from '@/lib/draft'

/** A report while it is being written. */
export interface ReportDraft {
  progress: number
  text: string
  problem: string
  next: string
  fall: string
  milestones: string[]
  /** The refused one it was made of. */
  letter?: string
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
  return {
    ...now,
    progress: sent.claimed_progress,
    text: aboveBegun(sent.text, now.text),
    problem: aboveBegun(sent.problem, now.problem),
    next: aboveBegun(sent.next_step, now.next),
    fall: aboveBegun(sent.fall_reason, now.fall),
    milestones: [...new Set([...(sent.milestone_ids ?? []), ...now.milestones])],
  }
}
