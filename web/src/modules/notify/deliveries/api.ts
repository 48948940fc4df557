import { download, get, post } from '@/api/client'
import type { Channel, Costs, DeliveriesState, Delivery, DeliveryState, Page, Tested } from '@/api/types'

export interface DeliveryFilter {
  channel?: Channel
  state?: DeliveryState
  person_id?: string
  rule?: string
  from_day?: string
  to_day?: string
  /** What the figures of this day count: written, sent or settled on it. */
  counted_on?: string
}
export const listDeliveries = (filter: DeliveryFilter, cursor: string | null) =>
  get<Page<Delivery>>('/deliveries', { ...filter, cursor })
export const deliveriesState = () => get<DeliveriesState>('/deliveries/state')
export const deliveryCosts = (by: 'month' | 'unit') => get<Costs>('/deliveries/costs', { by })
export const taskDeliveries = (taskId: string) => get<Delivery[]>(`/tasks/${taskId}/deliveries`)
export const exportDeliveries = (filter: DeliveryFilter) => download('/deliveries/export', { ...filter })
export const repeatDelivery = (id: string) => post<Delivery>(`/deliveries/${id}/repetition`)
/** To oneself where nothing is said. */
export const testGateway = (code: string, to: string) => post<Tested>(`/gateways/${code}/tests`, to ? { to } : {})
