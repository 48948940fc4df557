import { describe, expect, it } from 'vitest'
import type { Page, TaskRow } from '@/api/types'
import { emptyFilter } from '../filter'
import { gather, type Section } from './gather'

const section = (key: string): Section => ({ key, label: key, filter: { ...emptyFilter(), q: key } })
const row = (id: string) => ({ id }) as TaskRow
/** Two rows a page, as many as asked for under each name. */
const server = (counts: Record<string, number>) => async (filter: { q: string }, cursor: string | null) => {
  const from = Number(cursor ?? 0)
  const all = Array.from({ length: counts[filter.q] ?? 0 }, (_, n) => row(`${filter.q}${n}`))
  const next = from + 2 < all.length ? String(from + 2) : null
  return { items: all.slice(from, from + 2), next_cursor: next } as Page<TaskRow>
}

describe('what goes on paper', () => {
  it('is every row of every part, not only what was loaded', async () => {
    const printed = await gather([section('a'), section('b'), section('none')], server({ a: 5, b: 1 }))
    expect(printed.map((one) => [one.key, one.rows.length])).toEqual([
      ['a', 5],
      ['b', 1],
    ])
  })

  it('ends where it would be too much', async () => {
    const printed = await gather([section('a'), section('b')], server({ a: 5, b: 3 }), 3)
    expect(printed.map((one) => one.rows.map(({ id }) => id))).toEqual([['a0', 'a1', 'a2']])
  })
})
