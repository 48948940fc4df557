import type { HitKind } from '@/api/types'

export const KINDS: readonly HitKind[] = [
  'task',
  'report',
  'request',
  'urge',
  'instruction',
  'note',
  'comment',
  'beside',
  'file',
]

/** What stands in the address is taken as a kind only where it is one. */
export const kindOf = (word: unknown): HitKind | '' => KINDS.find((kind) => kind === word) ?? ''
