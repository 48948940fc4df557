import { BASE, get, post, type Query } from '@/api/client'
import type {
  Interviews,
  InterviewInput,
  Order,
  OrderDecision,
  OrderInput,
  OrderRulesInput,
  OrderRulesView,
  Page,
  TaskOrders,
} from '@/api/types'

export const listOrders = (query: Query) => get<Page<Order>>('/orders', query)
export const readOrder = (id: string) => get<Order>(`/orders/${id}`)
export const taskOrders = (taskId: string) => get<TaskOrders>(`/tasks/${taskId}/orders`)
export const issueOrder = (body: OrderInput, key: string) => post<Order>('/orders', body, key)
export const followOrder = (id: string, body: { version: number; demand?: string; due_day?: string }, key: string) =>
  post<Order>(`/orders/${id}/following`, body, key)
export const answerOrder = (id: string, body: { text: string; file_ids?: string[] }, key: string) =>
  post<Order>(`/orders/${id}/answers`, body, key)
export const decideOrder = (
  id: string,
  body: { decision: OrderDecision; version: number; text?: string; due_day?: string },
  key: string,
) => post<Order>(`/orders/${id}/decision`, body, key)
export const withdrawOrder = (id: string, body: { reason: string; version: number }, key: string) =>
  post<Order>(`/orders/${id}/withdrawal`, body, key)
export const documentUrl = (id: string) => `${BASE}/orders/${id}/document`

export const listInterviews = () => get<Interviews>('/interviews')
export const decideInterview = (body: InterviewInput, key: string) => post<Interviews>('/interviews', body, key)

export const readOrderRules = () => get<OrderRulesView>('/order-rules')
export const writeOrderRules = (body: OrderRulesInput, key: string) => post<OrderRulesView>('/order-rules', body, key)
