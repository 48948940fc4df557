import { get, post } from '@/api/client'
import type { DeliveryRulesInput, DeliveryRulesView } from '../coming'

export const readDeliveryRules = () => get<DeliveryRulesView>('/delivery-rules')
export const writeDeliveryRules = (input: DeliveryRulesInput, key: string) =>
  post<DeliveryRulesView>('/delivery-rules', input, key)
