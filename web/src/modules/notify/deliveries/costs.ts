import type { Channel, CostRow } from '@/api/types'

interface Sum {
  messages: number
  /** In thousandths of a yuan. */
  cost: number
}
type Sums = Partial<Record<Channel, Sum>>
export interface AccountRow {
  key: string | null
  name: string
  of: Sums
  total: Sum
}

const plus = (a: Sum | undefined, b: Sum): Sum => ({
  messages: (a?.messages ?? 0) + b.messages,
  cost: (a?.cost ?? 0) + b.cost,
})

/** Rows of ways as one line each for what they are about, in the order given, with what all of them come to. */
export function accounted(items: readonly CostRow[]) {
  const rows: AccountRow[] = []
  const of: Sums = {}
  let total: Sum = { messages: 0, cost: 0 }
  for (const { key = null, name, channel, messages, cost } of items) {
    let row = rows.find((one) => one.key === key)
    if (!row) rows.push((row = { key, name, of: {}, total: { messages: 0, cost: 0 } }))
    const sum = { messages, cost }
    row.of[channel] = plus(row.of[channel], sum)
    row.total = plus(row.total, sum)
    of[channel] = plus(of[channel], sum)
    total = plus(total, sum)
  }
  return { rows, of, total, channels: Object.keys(of) as Channel[] }
}
