import { describe, expect, it } from 'vitest'
import { actsOf, ordersQuery, parseOrders } from './model'
import { changedKeys, numberFaults, rebased, sample, settled } from './rules'

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

describe('the rules of orders', () => {
  const BASE = {
    urge_days: 1,
    blue_days: 5,
    orange_days: 3,
    red_days: 2,
    interview_orders: 3,
    interview_reds: 5,
    numbering: '{unit}督办〔{year}〕{seq}号',
  }
  it('are wrong where the server would say so; 0 talks is a rule, 0 days is none', () => {
    expect(numberFaults(BASE)).toEqual([])
    expect(
      numberFaults({ ...BASE, urge_days: '', blue_days: 31, red_days: 0, interview_orders: 0, interview_reds: 1.5 }),
    ).toEqual(['urge_days', 'blue_days', 'red_days', 'interview_reds'])
  })
  it('count as what they were while their field is empty', () => {
    expect(settled({ ...BASE, blue_days: '', red_days: 1, numbering: ' ' }, BASE)).toEqual({ ...BASE, red_days: 1 })
  })
  it('that one changed are put upon what others wrote', () => {
    const mine = { ...BASE, blue_days: 7 }
    const theirs = { ...BASE, blue_days: 6, orange_days: 4 }
    expect(changedKeys(BASE, mine)).toEqual(['blue_days'])
    expect(rebased(mine, BASE, theirs)).toEqual({ ...theirs, blue_days: 7 })
  })
  it('show what an order would be called', () => {
    expect(sample(BASE.numbering, '2026', '管委会')).toBe('管委会督办〔2026〕1号')
  })
})
