import { describe, expect, it } from 'vitest'
import { unanswered } from './model'

describe('urges', () => {
  it('says once who waits for an answer, the latest first', () => {
    const urge = (name: string, at: string, reply: string | null = null) => ({ by: { id: name, name }, at, reply })
    expect(
      unanswered([
        urge('王主任', '2026-11-24T09:00:00+08:00'),
        urge('周运', '2026-11-25T09:00:00+08:00'),
        urge('周运', '2026-11-25T09:00:00+08:00'),
        urge('王主任', '2026-11-20T09:00:00+08:00', '已办'),
      ]),
    ).toEqual([
      { name: '周运', day: '2026-11-25' },
      { name: '王主任', day: '2026-11-24' },
    ])
    expect(unanswered([])).toEqual([])
  })
})
