import { describe, expect, it } from 'vitest'
import { nextTick, ref } from 'vue'
import type { TaskRow } from '@/api/types'
import { emptyFilter } from '../filter'
import { useSelection } from './useSelection'

const row = (id: string) => ({ id, state: 'active' }) as TaskRow

describe('choosing rows', () => {
  it('goes one by one, by the page, and back', () => {
    const { ids, toggle, toggleAll, any } = useSelection(() => emptyFilter())
    toggle(row('a'))
    toggleAll([row('a'), row('b')])
    expect([...ids.value]).toEqual(['a', 'b'])
    toggle(row('a'))
    expect([...ids.value]).toEqual(['b'])
    toggleAll([row('b')])
    expect(any.value).toBe(false)
  })
  it('can be everything the filter finds, and forgets itself with another filter but not with another order', async () => {
    const filter = ref({ ...emptyFilter(), overdue: true })
    const chosen = useSelection(() => filter.value)
    chosen.toggle(row('a'))
    expect(chosen.chosen.value).toEqual({ ids: ['a'] })
    chosen.everything.value = true
    expect(chosen.rows.value).toBeNull()
    expect(chosen.chosen.value).toEqual({ filter: { overdue: 'true' } })
    filter.value = { ...filter.value, sort: '-lamp' }
    await nextTick()
    expect(chosen.any.value).toBe(true)
    filter.value = { ...filter.value, overdue: false }
    await nextTick()
    expect(chosen.any.value).toBe(false)
  })
})
