/**
 * What the server is about to say and docs/api/openapi.json does not yet. Each part can go once its generated type has the field:
 * the names then stand for @/api/types alone.
 */
import type { Channel, DeliveriesState as Known } from '@/api/types'

/** Letters that are due and have not left by this way. */
export interface Waiting {
  channel: Channel
  n: number
  /** Since when the one that has waited longest could have left; the one or the other name. */
  oldest_at?: string | null
  since?: string | null
}
export type DeliveriesState = Known & { waiting?: Waiting[] }
