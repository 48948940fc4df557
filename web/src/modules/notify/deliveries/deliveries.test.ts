import { describe, expect, it } from 'vitest'
import type { DeliveryFigure, Gateway } from '@/api/types'
import { byChannel, gatewayLamp, isOurs, lampOf, reasonsOf } from './model'

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
      { reason: 'no_gateway', n: 7 },
      { reason: 'cap', n: 2 },
    ])
    expect([isOurs('cap'), isOurs('E101'), isOurs(null)]).toEqual([true, false, false])
  })
  it('warns of what was not sent, but not of what needed no sending', () => {
    expect(lampOf({ state: 'suppressed', reason: 'cap' })).toBe('yellow')
    expect(lampOf({ state: 'suppressed', reason: 'answered' })).toBe('grey')
    expect(lampOf({ state: 'failed', reason: 'E101' })).toBe('red')
  })
})

describe('a gateway', () => {
  it('is well, paused, broken or not used yet', () => {
    expect(gatewayLamp(gateway({}))).toBe('unused')
    expect(gatewayLamp(gateway({ last_ok_at: '2026-11-26T09:00:00+08:00' }))).toBe('well')
    expect(gatewayLamp(gateway({ failures: 2, last_ok_at: '2026-11-26T09:00:00+08:00' }))).toBe('broken')
    expect(gatewayLamp(gateway({ failures: 5, closed_until: '2026-11-26T09:10:00+08:00' }))).toBe('paused')
  })
})
