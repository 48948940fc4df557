import { describe, expect, it } from 'vitest'
import type { Archive } from '@/api/types'
import { outdated } from './outdated'

const items = [
  { id: '3', digest: 'b' },
  { id: '2', digest: 'b' },
  { id: '1', digest: 'a' },
] as Archive[]

describe('packages taken before', () => {
  it('cannot be had again once a newer one says something else', () => {
    expect([...outdated(items, new Set())]).toEqual(['1'])
    expect(outdated([], new Set()).size).toBe(0)
  })
  it('are all gone that carry a digest the server has refused', () => {
    expect([...outdated(items, new Set(['b']))]).toEqual(['3', '2', '1'])
  })
})
