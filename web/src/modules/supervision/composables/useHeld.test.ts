import { describe, expect, it } from 'vitest'
import { ref } from 'vue'
import type { Urge } from '@/api/types'
import { useHeld } from './useHeld'

describe('a list of urges that changes while somebody writes', () => {
  const [a, b] = ['a', 'b'].map((id) => ({ id })) as [Urge, Urge]
  function open() {
    const urges = ref<readonly Urge[]>([a, b])
    const list = ref('open')
    const { shown, hold } = useHeld(urges, list)
    return { urges, list, hold, ids: () => shown.value.map(({ id }) => id) }
  }
  it('keeps the one that is written in until that has ended', () => {
    const { urges, hold, ids } = open()
    hold('a', true)
    urges.value = [b]
    expect(ids()).toEqual(['a', 'b'])
    urges.value = []
    expect(ids()).toEqual(['a'])
    hold('a', false)
    expect(ids()).toEqual([])
  })
  it('keeps nothing of another list', () => {
    const { urges, list, hold, ids } = open()
    hold('a', true)
    list.value = 'given'
    urges.value = [b]
    expect(ids()).toEqual(['b'])
  })
})
