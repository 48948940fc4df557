import { describe, expect, it } from 'vitest'
import { actsOf, ordersQuery, parseOrders } from './model'

describe('orders', () => {
  it('are narrowed down by what stands in the address, whatever somebody wrote there', () => {
    expect(parseOrders({ level: 'red', state: 'overdue', unit: 'u1' })).toEqual({
      level: 'red',
      state: 'overdue',
      unit: 'u1',
    })
    expect(parseOrders({ level: 'pink', state: ['open'], unit: null })).toEqual({ level: '', state: '', unit: '' })
  })
  it('are asked for as open, overdue or in one state', () => {
    const asked = (state: Parameters<typeof ordersQuery>[0]['state']) =>
      Object.entries(ordersQuery({ level: '', state, unit: '' })).filter(([, value]) => value !== undefined)
    expect(asked('')).toEqual([])
    expect(asked('open')).toEqual([['open', true]])
    expect(asked('overdue')).toEqual([['overdue', true]])
    expect(asked('answered')).toEqual([['state', 'answered']])
  })
  it('offer what the server allows, the likeliest first', () => {
    const none = { may_answer: false, may_decide: false, may_withdraw: false, next_level: null }
    expect(actsOf(none)).toEqual([])
    expect(actsOf({ ...none, may_decide: true, may_withdraw: true })).toEqual(['accept', 'send_back', 'withdraw'])
    expect(actsOf({ ...none, next_level: 'orange', may_withdraw: true })).toEqual(['follow', 'withdraw'])
  })
})
