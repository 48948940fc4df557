import { describe, expect, it } from 'vitest'
import type { Person, PostKind } from '@/api/types'
import { rosterOf } from './model'

describe('the roster of a unit', () => {
  const person = (name: string, ...posts: [string, PostKind][]) =>
    ({ name, tenures: posts.map(([id, post_kind]) => ({ unit: { id }, post_kind })) }) as unknown as Person
  const all = [
    person('白办理', ['bureau', 'staff']),
    person('安办理', ['bureau', 'staff']),
    person('陈科长', ['section', 'head']),
    person('兼职', ['section', 'head'], ['bureau', 'deputy']),
    person('郑局长', ['bureau', 'head']),
  ]
  const names = (below: boolean) => rosterOf(all, 'bureau', below).map((one) => one.name)

  it('has those with a post in the unit itself, the head first', () => {
    expect(names(false)).toEqual(['郑局长', '兼职', '安办理', '白办理'])
  })
  it('has the units below as well when they are asked for', () => {
    expect(names(true)).toEqual(['陈科长', '兼职', '郑局长', '安办理', '白办理'])
  })
})
