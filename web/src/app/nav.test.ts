import { describe, expect, it } from 'vitest'
import { entryOf, NAV, unfolded } from './nav'

describe('the menu of the desk', () => {
  it('stands open as far as there is room', () => {
    expect([...unfolded(NAV, 960)]).toEqual(['material', 'settings'])
    expect([...unfolded(NAV, 768)]).toEqual(['material'])
    expect([...unfolded(NAV, 600)]).toEqual([])
  })
  it('makes room for the group one is in', () => {
    expect([...unfolded(NAV, 768, ['settings'])]).toEqual(['settings'])
    expect([...unfolded(NAV, 600, ['settings'])]).toEqual(['settings'])
    expect([...unfolded(NAV, 960, ['settings'], ['material'])]).toEqual(['settings'])
  })
  it('is open for whoever has few entries', () => {
    const few = NAV.map((group) => ({ ...group, entries: group.entries.slice(0, 4) }))
    expect([...unfolded(few, 768)]).toEqual(['material', 'settings'])
  })
  it('marks the entry a page without one is reached from', () => {
    expect(['order', 'burden_rules', 'series_new', 'tasks'].map(entryOf)).toEqual([
      'orders',
      'rules',
      'series_list',
      'tasks',
    ])
  })
})
