import { defineAsyncComponent } from 'vue'
import { withLateWords } from '@/i18n'

export * from './model'
export { listMessages } from './api'
export { useMarkRead, useUnread } from './composables/useInbox'
export { useLive } from './composables/useLive'
/** What left the house: fetched by who looks at it. */
export { useDeliveriesState, useTaskDeliveries } from './deliveries/useDeliveries'
export const DeliveryList = defineAsyncComponent(() => import('./deliveries/DeliveryList.vue'))
export const DeliveryTable = defineAsyncComponent(() => import('./deliveries/DeliveryTable.vue'))
export const GatewayList = defineAsyncComponent(() => import('./deliveries/GatewayList.vue'))
export const TodayFigures = defineAsyncComponent(() => import('./deliveries/TodayFigures.vue'))
export const CostAccount = defineAsyncComponent(() => import('./deliveries/CostAccount.vue'))
export const ChannelLimits = defineAsyncComponent(() => import('./deliveries/ChannelLimits.vue'))
export const DeliveryRulesPage = withLateWords(() => import('./pages/DeliveryRulesPage.vue'))
/** How people are reached: their own page, and what administrators keep of it. */
export const ReachPage = withLateWords(() => import('./pages/ReachPage.vue'))
export const MessengerIds = defineAsyncComponent(withLateWords(() => import('./reach/MessengerIds.vue')))
