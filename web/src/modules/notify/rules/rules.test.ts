import type { ChannelRules, DeliveryRules } from '@/api/types'
import { describe, expect, it } from 'vitest'
import { changesBetween, duration, faultsOf, limited, noticed, rebased, settled } from './model'

const way = (channel: ChannelRules['channel'], more: Partial<ChannelRules> = {}): ChannelRules => ({
  channel,
  open: [{ from: '08:00', to: '21:00' }],
  workdays_only: false,
  critical_at_once: true,
  daily: 10,
  per_task: 0,
  merge_from: 3,
  price: 45,
  instead: null,
  ...more,
})
const BASE: DeliveryRules = {
  channels: [way('sms'), way('voice', { merge_from: 0 })],
  give_up_after: 240,
  switch_after: 15,
  notices: [],
  answer_hint: true,
  gateways: [],
}
const sms = (more: Partial<ChannelRules>): DeliveryRules => ({
  ...BASE,
  channels: [way('sms', more), ...BASE.channels.slice(1)],
})

describe('rules of deliveries', () => {
  it('are wrong where the server would say so', () => {
    expect(faultsOf(BASE)).toEqual({})
    const wrong = {
      channels: [
        { ...way('sms'), daily: '' as const, merge_from: 1, price: 45.5 },
        { ...way('voice'), open: [{ from: '17:00', to: '09:00' }], daily: 1001, per_task: -1 },
      ],
      give_up_after: 4,
      gateways: [],
    }
    expect(faultsOf(wrong)).toEqual({
      'channels.0.daily': 'daily',
      'channels.0.merge_from': 'merge_from',
      'channels.0.price': 'price',
      'channels.1.open': 'backwards',
      'channels.1.daily': 'daily',
      'channels.1.per_task': 'per_task',
      give_up_after: 'give_up_after',
    })
  })
  it('say what differs, way by way', () => {
    const to = { ...sms({ daily: 5, open: [{ from: '08:00', to: '20:00' }] }), give_up_after: 60 }
    expect(changesBetween(BASE, to).map(({ channel, field, from, to: now }) => [channel, field, from, now])).toEqual([
      ['sms', 'open', [{ from: '08:00', to: '21:00' }], [{ from: '08:00', to: '20:00' }]],
      ['sms', 'daily', 10, 5],
      [undefined, 'give_up_after', 240, 60],
    ])
    expect(changesBetween(BASE, structuredClone(BASE))).toEqual([])
  })
  it('that one changed are put upon what others wrote', () => {
    const theirs = { ...sms({ daily: 8, price: 50 }), give_up_after: 120 }
    const now = rebased(sms({ daily: 5, merge_from: 0 }), BASE, theirs)
    expect(now.channels[0]).toEqual(way('sms', { daily: 5, merge_from: 0, price: 50 }))
    expect(now.give_up_after).toBe(120)
  })
  it('count as what they were while their field is empty', () => {
    const typed = {
      channels: [{ ...way('sms'), daily: '' as const, price: 0 }],
      give_up_after: '' as const,
      gateways: [],
    }
    expect(settled(typed, BASE)).toEqual({ ...BASE, channels: [way('sms', { price: 0 })] })
  })
  it('say minutes in the largest unit that leaves no rest', () => {
    expect([90, 240, 2880, 0].map((n) => Object.values(duration(n)).join(' '))).toEqual([
      '90 minutes',
      '4 hours',
      '2 days',
      '0 minutes',
    ])
  })
  it('limits a gateway, says so, and keeps what others limited', () => {
    const mine = limited(BASE, 'sms1', 60)
    expect(changesBetween(BASE, mine)).toEqual([{ gateway: 'sms1', field: 'per_minute', from: 0, to: 60 }])
    const theirs = limited(BASE, 'line', 30)
    expect(rebased(mine, BASE, theirs).gateways).toEqual([
      { gateway: 'line', per_minute: 30 },
      { gateway: 'sms1', per_minute: 60 },
    ])
    expect(limited(mine, 'sms1', 0)).toEqual(BASE)
    expect(faultsOf(limited(BASE, 'sms1', -1))).toEqual({ 'gateways.0.per_minute': 'per_minute' })
    expect(settled(limited(BASE, 'sms1', ''), BASE)).toEqual(BASE)
  })
  describe('what takes over, and what leaves at once', () => {
    const NEWER: DeliveryRules = {
      ...BASE,
      channels: [way('sms', { instead: null }), way('voice', { instead: 'sms' })],
      switch_after: 15,
      notices: [{ notice: 'urged', channels: ['wechat', 'sms'] }],
      answer_hint: true,
    }
    it('differs way by way and word by word', () => {
      const channels = [way('sms', { instead: 'voice' }), way('voice', { instead: 'sms' })]
      const to = noticed({ ...NEWER, channels, switch_after: 30, answer_hint: false }, 'ordered', ['sms'])
      expect(
        changesBetween(NEWER, to).map(({ channel, notice, field, to: now }) => [channel ?? notice, field, now]),
      ).toEqual([
        ['sms', 'instead', 'voice'],
        [undefined, 'switch_after', 30],
        [undefined, 'answer_hint', false],
        ['ordered', 'notice', ['sms']],
      ])
      // The order of ways says nothing, and a word that is not named leaves by none.
      expect(changesBetween(NEWER, noticed(NEWER, 'urged', ['sms', 'wechat']))).toEqual([])
      expect(faultsOf({ ...NEWER, switch_after: 1441 })).toEqual({ switch_after: 'switch_after' })
      expect(settled({ ...NEWER, switch_after: '' }, NEWER)).toEqual(NEWER)
    })
    it('is put upon what others wrote', () => {
      const mine = noticed({ ...NEWER, answer_hint: false }, 'ordered', ['sms'])
      const now = rebased(mine, NEWER, noticed({ ...NEWER, switch_after: 60 }, 'urged', []))
      expect([now.switch_after, now.answer_hint]).toEqual([60, false])
      expect(now.notices?.map(({ channels }) => channels)).toEqual([[], [], [], ['sms']])
    })
  })
})
