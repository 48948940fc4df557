import { describe, expect, it } from 'vitest'
import type { DeliveriesState, DeliveryFigure, Gateway, LookoutState } from '@/api/types'
import { glance, troubleOf } from './glance'

const NOW = '2026-12-03T09:00:00+08:00'
const EARLIER = '2026-12-03T08:40:00+08:00'
const lookout = (more: Partial<LookoutState> = {}): LookoutState =>
  ({
    tasks: 685,
    due: 0,
    oldest: null,
    outdated: 0,
    troubled: [],
    now: NOW,
    audit: audited(EARLIER),
    jobs: { waiting: 0, oldest_due: null, given_up: 0 },
    ...more,
  }) as LookoutState
const audited = (at: string) => ({ at, checked: 685, unseen: 0, astray: 0, late: 0 }) as LookoutState['audit']
const gateway = (more: Partial<Gateway> = {}) =>
  ({ code: 'sms', channel: 'sms', failures: 0, closed_until: null, ...more }) as Gateway
const figure = (state: DeliveryFigure['state'], n: number) =>
  ({ channel: 'sms', state, n, reason: null, cost: 0 }) as DeliveryFigure
const sent = (more: Partial<DeliveriesState> = {}): DeliveriesState =>
  ({ gateways: [gateway()], today: [], waiting: [], rules: {}, ...more }) as DeliveriesState
const said = (...of: Parameters<typeof glance>) => glance(...of).map(({ lamp, key, n }) => [lamp, key, n])

describe('at a glance', () => {
  it('all is well only where the ways out are, too', () => {
    expect(said(lookout(), sent())).toEqual([['green', 'well', 685]])
    expect(said(lookout({ tasks: 0 }), sent())).toEqual([['green', 'idle', 0]])
    // While it is asked, and where it cannot be, nobody says that nothing waits.
    expect(said(lookout(), undefined)).toEqual([['green', 'seen', 685]])
    expect(said(lookout(), 'unknown')).toEqual([
      ['grey', 'unknown', undefined],
      ['green', 'seen', 685],
    ])
  })
  it('a gateway that is down goes before a lookout that is well', () => {
    const down = [gateway({ failures: 14, closed_until: NOW }), gateway({ code: 'other', failures: 4 })]
    const waiting = [{ channel: 'sms' as const, n: 6, since: '2026-12-03T08:55:00+08:00' }]
    expect(said(lookout(), sent({ gateways: down, waiting }))).toEqual([
      ['yellow', 'downWaiting', 6],
      ['green', 'seen', 685],
    ])
    expect(said(lookout(), sent({ gateways: [gateway({ failures: 5 })] }))[0]).toEqual(['yellow', 'down', 0])
  })
  it('what failed today is said', () => {
    expect(said(lookout(), sent({ today: [figure('failed', 3), figure('sent', 9)] }))).toEqual([
      ['yellow', 'failed', 3],
      ['green', 'seen', 685],
    ])
  })
  it('letters that are long due are the worst', () => {
    const waiting = [{ channel: 'sms' as const, n: 6, since: EARLIER }]
    expect(said(lookout(), sent({ gateways: [gateway({ closed_until: NOW })], waiting }))).toEqual([
      ['red', 'stuck', 6],
      ['yellow', 'downWaiting', 6],
      ['green', 'seen', 685],
    ])
  })
  it('a task that cannot be read is the worst, and nobody says that all were looked at', () => {
    const troubled = (n: number) => Array.from({ length: n }, (_, at) => ({ task: `t${at}`, why: 'x' }))
    expect(said(lookout({ troubled: troubled(2) }), sent())).toEqual([
      ['red', 'troubled', 2],
      ['green', 'others', undefined],
    ])
    expect(said(lookout({ troubled: troubled(20) }), undefined)[0]).toEqual(['red', 'troubledMany', 20])
    expect(said(lookout({ troubled: troubled(1), due: 2, oldest: NOW }), sent()).map(([, key]) => key)).toEqual([
      'troubled',
      'behind',
    ])
  })
  it('why a record cannot be read', () => {
    const why = 'error occurred while decoding column "due_day": 日期应为 1900 至 2199 年间的 YYYY-MM-DD'
    expect(troubleOf(why)).toEqual({ field: 'due_day', text: '日期应为 1900 至 2199 年间的 YYYY-MM-DD' })
    expect(troubleOf('something else')).toEqual({ field: '', text: 'something else' })
  })
  it('an audit that is not done any more is said, and nothing of one that could not be done yet', () => {
    expect(said(lookout({ audit: audited('2026-12-03T06:59:00+08:00') }), sent())).toEqual([
      ['red', 'auditLate', undefined],
      ['green', 'seen', 685],
    ])
    expect(said(lookout({ audit: audited('2026-12-03T07:01:00+08:00') }), sent())).toEqual([['green', 'well', 685]])
    expect(said(lookout({ audit: null }), sent())).toEqual([['green', 'well', 685]])
  })
  it('work in the background that waits or was given up is said', () => {
    const jobs = (waiting: number, oldest_due: string | null, given_up = 0) => ({
      jobs: { waiting, oldest_due, given_up },
    })
    expect(said(lookout(jobs(3, '2026-12-03T08:56:00+08:00')), sent())).toEqual([['green', 'well', 685]])
    expect(said(lookout(jobs(3, '2026-12-03T08:54:00+08:00')), sent())).toEqual([
      ['red', 'jobsLate', 3],
      ['green', 'seen', 685],
    ])
    expect(said(lookout(jobs(0, null, 2)), sent())).toEqual([
      ['yellow', 'jobsGivenUp', 2],
      ['green', 'seen', 685],
    ])
  })
  it('a lookout that has stopped stays red', () => {
    expect(said(lookout({ due: 2, oldest: EARLIER }), sent())).toEqual([['red', 'late', 2]])
    expect(said(lookout({ due: 2, oldest: NOW }), sent())).toEqual([['yellow', 'behind', 2]])
  })
})
