import { describe, expect, it } from 'vitest'
import type { Delivery, DeliveryFigure, DeliveryState, Gateway } from '@/api/types'
import {
  asked,
  byChannel,
  complaintOf,
  filterOf,
  gatewayLamp,
  isOurs,
  lampOf,
  mayRepeat,
  NOTHING,
  reasonOf,
  reasonsOf,
  traceOf,
} from './model'

const figure = (channel: DeliveryFigure['channel'], state: DeliveryFigure['state'], n: number, more = {}) =>
  ({ channel, state, n, reason: null, cost: 0, ...more }) as DeliveryFigure
const gateway = (more: Partial<Gateway>) => ({ failures: 0, closed_until: null, last_ok_at: null, ...more }) as Gateway

describe('what was sent', () => {
  it('is counted by way, with what it cost', () => {
    const rows = byChannel([
      figure('sms', 'delivered', 3, { cost: 135 }),
      figure('sms', 'failed', 1, { reason: 'no_address' }),
      figure('sms', 'failed', 2, { reason: 'E101' }),
      figure('wechat', 'queued', 7),
    ])
    expect(rows.map(({ channel, total, cost }) => [channel, total, cost])).toEqual([
      ['sms', 6, 135],
      ['wechat', 7, 0],
    ])
    expect(rows[0]?.counts).toMatchObject({ delivered: 3, failed: 3, queued: 0 })
  })
  it('says why nothing came of some', () => {
    const figures = [
      figure('sms', 'suppressed', 2, { reason: 'cap' }),
      figure('wechat', 'suppressed', 4, { reason: 'no_gateway' }),
      figure('sms', 'failed', 3, { reason: 'no_gateway' }),
      figure('sms', 'queued', 9),
    ]
    expect(reasonsOf(figures)).toEqual([
      { reason: 'no_gateway', n: 4 },
      { reason: 'gateway_down', n: 3 },
      { reason: 'cap', n: 2 },
    ])
    expect(['cap', 'gateway_down', 'instead', 'E101', null].map(isOurs)).toEqual([true, true, true, false, false])
    // Given up because the gateway did not answer is not the same as having none.
    expect(reasonOf({ state: 'failed', reason: 'no_gateway' })).toBe('gateway_down')
    expect(reasonOf({ state: 'suppressed', reason: 'no_gateway' })).toBe('no_gateway')
  })
  it('warns of what was not sent, but not of what needed no sending', () => {
    expect(lampOf({ state: 'suppressed', reason: 'cap' })).toBe('yellow')
    expect(lampOf({ state: 'suppressed', reason: 'answered' })).toBe('grey')
    expect(lampOf({ state: 'suppressed', reason: 'instead' })).toBe('grey')
    expect(lampOf({ state: 'failed', reason: 'E101' })).toBe('red')
  })
})

describe('what is asked for', () => {
  it('is read from the address, and nothing else with it', () => {
    const query = {
      channel: 'sms',
      state: 'nowhere',
      person: 'p',
      rule: 'due_soon',
      from: '2026-11-01',
      to: 'soon',
      tab: 'x',
    }
    const found = asked(query, ['sms', 'wechat'])
    expect(found).toEqual({ ...NOTHING, channel: 'sms', person: 'p', rule: 'due_soon', from: '2026-11-01' })
    expect(filterOf(found)).toEqual({ channel: 'sms', person_id: 'p', rule: 'due_soon', from_day: '2026-11-01' })
    expect(filterOf(asked({ channel: 'voice' }, ['sms']))).toEqual({})
  })
  it('can be what the figures of one day count', () => {
    const found = asked({ state: 'failed', counted: '2026-11-28' }, ['sms'])
    expect(filterOf(found)).toEqual({ state: 'failed', counted_on: '2026-11-28' })
    expect(filterOf({ ...found, counted: '' })).toEqual({ state: 'failed' })
    expect(asked({ counted: 'today' }, ['sms']).counted).toBe('')
  })
})

describe('once more', () => {
  const one = (state: DeliveryState, reason: string | null = null, resent_as: string | null = null) =>
    mayRepeat({ state, reason, resent_as })
  it('goes what may not have come, and what wanted something that may be there by now', () => {
    expect([one('sent'), one('delivered'), one('failed', 'E101')]).toEqual([true, true, true])
    expect(['cap', 'no_gateway', 'no_address'].map((reason) => one('suppressed', reason))).toEqual([true, true, true])
  })
  it('goes nothing that is on its way, noted, needless or has gone again', () => {
    expect([one('queued'), one('sending'), one('acknowledged')]).toEqual([false, false, false])
    expect([one('suppressed', 'answered'), one('suppressed', 'merged'), one('failed', null, 'x')]).toEqual([
      false,
      false,
      false,
    ])
  })
})

describe('a gateway', () => {
  it('is told what its complaint means, with its own words behind', () => {
    const said = [
      'busy: HTTP 500 broken',
      'perhaps taken: no answer',
      'no answer in time',
      'error sending request: x',
      'E7',
    ]
    expect(said.map((text) => Object.values(complaintOf(text)).join(' · '))).toEqual([
      'busy · HTTP 500 broken',
      'unsure · no answer',
      'late · no answer in time',
      'unreachable · error sending request: x',
      ' · E7',
    ])
    expect(complaintOf(null)).toEqual({ key: null, own: '' })
  })
  it('is well, paused, broken or not used yet', () => {
    expect(gatewayLamp(gateway({}))).toBe('unused')
    expect(gatewayLamp(gateway({ last_ok_at: '2026-11-26T09:00:00+08:00' }))).toBe('well')
    expect(gatewayLamp(gateway({ failures: 2, last_ok_at: '2026-11-26T09:00:00+08:00' }))).toBe('broken')
    expect(gatewayLamp(gateway({ failures: 5, closed_until: '2026-11-26T09:10:00+08:00' }))).toBe('paused')
  })
})

describe('what became of one', () => {
  const delivery = (more: Partial<Delivery>) =>
    ({ created_at: '2026-12-03T09:00:00+08:00', sent_at: null, settled_at: null, acked_at: null, ...more }) as Delivery
  const keys = (more: Partial<Delivery>) => traceOf(delivery(more)).map(({ key }) => key)
  const [first, second, third] = ['09:01', '09:02', '09:03'].map((time) => `2026-12-03T${time}:00+08:00`)
  it('moment by moment, as far as it has come', () => {
    expect(keys({ state: 'queued' })).toEqual(['written'])
    expect(keys({ state: 'sent', sent_at: first })).toEqual(['written', 'sent'])
    expect(keys({ state: 'delivered', sent_at: first, settled_at: second })).toEqual(['written', 'sent', 'received'])
    expect(keys({ state: 'failed', sent_at: first, settled_at: second })).toEqual(['written', 'sent', 'failed'])
    expect(keys({ state: 'suppressed', settled_at: first })).toEqual(['written', 'unsent'])
  })
  it('an answer can be faster than the receipt', () => {
    const more = { state: 'acknowledged' as const, sent_at: first, acked_at: second, settled_at: third }
    expect(keys(more)).toEqual(['written', 'sent', 'acked', 'received'])
  })
})
