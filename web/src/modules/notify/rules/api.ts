import type { DeliveryRulesInput, DeliveryRulesView } from '@/api/types'
import { get, post } from '@/api/client'

export const readDeliveryRules = () => get<DeliveryRulesView>('/delivery-rules')
export const writeDeliveryRules = (input: DeliveryRulesInput, key: string) =>
  post<DeliveryRulesView>('/delivery-rules', input, key)
