import { beforeEach, describe, expect, it } from 'vitest'
import { createShelf, type Leaf, type Limits, type Slip } from './shelf'
import { memoryTable } from './table'

const limits: Limits = { entries: 3, bytes: 100, each: 60, age: 1000 }
let clock = 0
let owner: string | null = 'p1'
function made() {
  const slips = memoryTable<Slip>((slip) => slip.key)
  const leaves = memoryTable<Leaf>((leaf) => leaf.key)
  const open = () =>
    createShelf(
      { slips, leaves },
      () => owner,
      limits,
      () => clock,
    )
  return { slips, leaves, open, shelf: open() }
}
const text = (n: number) => 'x'.repeat(n)

describe('the shelf', () => {
  beforeEach(() => {
    clock = 10_000
    owner = 'p1'
  })

  it('gives back the last answer and when it was kept, also after a restart', async () => {
    const { shelf, open } = made()
    await shelf.keep('p1', '/todo', 'first')
    clock += 5
    await shelf.keep('p1', '/todo', 'second')
    clock += 5
    expect(await shelf.find('p1', '/todo')).toMatchObject({ body: 'second', at: 10_005 })
    expect(await open().find('p1', '/todo')).toMatchObject({ body: 'second', at: 10_005 })
    expect(await shelf.find('p1', '/home')).toBeNull()
  })

  it('is one person’s: for another nothing is found, and what comes after they left is not kept', async () => {
    const { shelf, leaves } = made()
    await shelf.keep('p1', '/todo', 'mine')
    owner = 'p2'
    expect(await shelf.find('p1', '/todo')).toBeNull()
    expect(await shelf.find('p2', '/todo')).toBeNull()
    await shelf.keep('p1', '/home', 'late')
    expect((await leaves.all()).map((leaf) => leaf.body)).toEqual(['mine'])
  })

  it('leaves nothing behind when it is cleared, not even what no slip counts', async () => {
    const { shelf, slips, leaves } = made()
    await leaves.put({ key: 'p0 /lost', body: 'lost', type: '' })
    await shelf.keep('p1', '/todo', 'mine')
    await shelf.clear()
    expect([await slips.all(), await leaves.all()]).toEqual([[], []])
    expect(await shelf.find('p1', '/todo')).toBeNull()
  })

  it('holds no more than its number: what was not asked for the longest goes first', async () => {
    const { shelf, leaves } = made()
    for (const name of ['/a', '/b', '/c']) {
      clock++
      await shelf.keep('p1', name, text(5))
    }
    clock++
    await shelf.find('p1', '/a')
    clock++
    await shelf.keep('p1', '/d', text(5))
    expect((await leaves.all()).map((leaf) => leaf.key).sort()).toEqual(['p1 /a', 'p1 /c', 'p1 /d'])
  })

  it('holds no more than its bytes, and nothing that alone is too large', async () => {
    const { shelf, leaves } = made()
    await shelf.keep('p1', '/large', text(31)) // two bytes a letter
    expect(await leaves.all()).toEqual([])
    for (const name of ['/a', '/b']) {
      clock++
      await shelf.keep('p1', name, text(26))
    }
    expect((await leaves.all()).map((leaf) => leaf.key)).toEqual(['p1 /b'])
    clock++
    await shelf.keep('p1', '/picture', new ArrayBuffer(48), 'image/png')
    expect((await leaves.all()).map((leaf) => leaf.key).sort()).toEqual(['p1 /b', 'p1 /picture'])
  })

  it('shows nothing that is too old, and lets it go', async () => {
    const { shelf, slips, leaves } = made()
    await shelf.keep('p1', '/todo', 'old')
    clock += limits.age
    expect(await shelf.find('p1', '/todo')).toMatchObject({ body: 'old' })
    clock += 1
    expect(await shelf.find('p1', '/todo')).toBeNull()
    expect([await slips.all(), await leaves.all()]).toEqual([[], []])
    await shelf.keep('p1', '/home', 'older')
    clock += limits.age + 1
    await shelf.trim()
    expect(await leaves.all()).toEqual([])
  })
})
