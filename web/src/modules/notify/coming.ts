/**
 * What the server is about to say and docs/api/openapi.json does not yet. Each part can go once its generated type has the field:
 * the names then stand for @/api/types alone.
 */
import type {
  Channel,
  ChannelRules as KnownChannel,
  DeliveriesState as KnownState,
  Delivery as KnownDelivery,
  DeliveryRules as KnownRules,
  DeliveryRulesInput as KnownInput,
  DeliveryRulesView as KnownView,
} from '@/api/types'

/** Letters that are due and have not left by this way. */
export interface Waiting {
  channel: Channel
  n: number
  /** Since when the one that has waited longest could have left; the one or the other name. */
  oldest_at?: string | null
  since?: string | null
}
export type DeliveriesState = KnownState & { waiting?: Waiting[] }

/** `task_id` is the task a letter is about, where that is one; `text` is there for what was not sent, too. */
export type Delivery = KnownDelivery & { task_id?: string | null }

/** The way that takes over what this one cannot bring. */
export type ChannelRules = KnownChannel & { instead?: Channel | null }
/** What is said on the spot and may leave the house by itself. */
export type Occasion = 'dispatched' | 'urged' | 'instructed' | 'ordered'
export interface NoticeRules {
  notice: Occasion
  channels: Channel[]
}
interface More {
  channels: ChannelRules[]
  switch_after?: number
  notices?: NoticeRules[]
  answer_hint?: boolean
}
export type DeliveryRules = Omit<KnownRules, 'channels'> & More
type Version = Omit<KnownView['history'][number], 'rules'> & { rules: DeliveryRules }
export type DeliveryRulesView = Omit<KnownView, 'rules' | 'defaults' | 'history'> & {
  rules: DeliveryRules
  defaults: DeliveryRules
  history: Version[]
}
export type DeliveryRulesInput = Omit<KnownInput, 'rules'> & { rules: DeliveryRules }
