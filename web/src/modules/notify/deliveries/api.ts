import { get } from '@/api/client'
import type { Channel, DeliveriesState, Delivery, DeliveryState, Page } from '@/api/types'

export interface DeliveryFilter {
  channel?: Channel
  state?: DeliveryState
  person_id?: string
}
export const listDeliveries = (filter: DeliveryFilter, cursor: string | null) =>
  get<Page<Delivery>>('/deliveries', { ...filter, cursor })
export const deliveriesState = () => get<DeliveriesState>('/deliveries/state')
export const taskDeliveries = (taskId: string) => get<Delivery[]>(`/tasks/${taskId}/deliveries`)
