import type { CostRow } from '@/api/types'
import { describe, expect, it } from 'vitest'
import { accounted } from './costs'

const row = (key: string | null, channel: CostRow['channel'], messages: number, cost: number): CostRow => ({
  key,
  name: key ?? '',
  channel,
  messages,
  cost,
  failed: 0,
  parts: messages,
})

describe('the account of what left the house', () => {
  it('is one line for each month, one column for each way, and comes to the same both ways', () => {
    const { rows, channels, of, total } = accounted([
      row('2026-02', 'sms', 3, 135),
      row('2026-02', 'wechat', 5, 0),
      row('2026-03', 'sms', 1, 45),
      row(null, 'sms', 1, 45),
    ])
    expect(rows.map((one) => [one.key, one.total.messages, one.total.cost])).toEqual([
      ['2026-02', 8, 135],
      ['2026-03', 1, 45],
      [null, 1, 45],
    ])
    expect(channels).toEqual(['sms', 'wechat'])
    expect([of.sms, of.wechat, total]).toEqual([
      { messages: 5, cost: 225 },
      { messages: 5, cost: 0 },
      { messages: 10, cost: 225 },
    ])
  })
})
