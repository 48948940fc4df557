import type { Role } from '@/api/types'

export type PasswordFault = 'tooShort' | 'mix' | 'same'

export function passwordFault(next: string, current: string): PasswordFault | null {
  if (next.length < 10) return 'tooShort'
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((kind) => kind.test(next)).length
  if (next.length < 16 && kinds < 3) return 'mix'
  return next === current ? 'same' : null
}

/** Where to go after signing in: only ever inside this site. */
export function safeNext(next: unknown): string {
  return typeof next === 'string' && /^\/(?![/\\])/.test(next) && !next.startsWith('/sign-in') ? next : '/'
}

const ORDER: Role[] = ['leader', 'centre', 'head', 'liaison', 'handler', 'administrator']

/** The role whose question the home page answers. */
export function mainRole(roles: readonly Role[]): Role {
  return ORDER.find((role) => roles.includes(role)) ?? 'handler'
}

/** An administrator by that role alone reads no business data. */
export const seesTasks = (roles: readonly Role[]) => roles.some((role) => role !== 'administrator')
export const mayCreate = (roles: readonly Role[]) =>
  roles.some((role) => role === 'leader' || role === 'centre' || role === 'head' || role === 'liaison')
/** Whoever answers for more than what they do themselves. */
export const oversees = mayCreate
export const mayImport = (roles: readonly Role[]) => roles.includes('centre')
export const mayManageOrg = (roles: readonly Role[]) => roles.includes('administrator')
/** Who decides on what was found in files. */
export const mayJudge = (roles: readonly Role[]) => roles.some((role) => role === 'centre' || role === 'leader')
/** Who keeps working days and the numbers of tasks; everybody may look. */
export const mayKeepRules = (roles: readonly Role[]) =>
  roles.some((role) => role === 'administrator' || role === 'centre')
/** Who may bring in new tags; others take what is there. */
export const mayAddTags = (roles: readonly Role[]) => roles.some((role) => role === 'leader' || role === 'centre')
/** Who issues supervision orders and is suggested talks. */
export const mayIssueOrders = mayAddTags
/** Who sees whether reminders go out, and what left the house. */
export const mayWatch = (roles: readonly Role[]) =>
  roles.some((role) => role === 'administrator' || role === 'centre' || role === 'leader')
