import { describe, expect, it } from 'vitest'
import type { Message, TimelineItem, Urge } from '@/api/types'
import { sentOrder, urgedTasks } from './sent'

describe('urges I sent', () => {
  it('are found from here, from what happened lately and from the answers', () => {
    const event = (task_id: string, actor: string, action: string) =>
      ({ task_id, action, actor: { id: actor } }) as unknown as TimelineItem
    const message = (task_id: string, urge_id: string | null) => ({ task_id, urge_id }) as Message
    expect(
      urgedTasks(
        'me',
        ['a'],
        [event('b', 'me', 'urged'), event('c', 'other', 'urged'), event('d', 'me', 'signed')],
        [message('e', 'u1'), message('f', null)],
      ),
    ).toEqual(['a', 'b', 'e'])
  })
  it('stand with the unanswered first, the most pressing of them on top', () => {
    const urge = (id: string, reply: string | null, reply_due_day: string, at = '') =>
      ({ id, reply, reply_due_day, at }) as Urge
    expect(
      sentOrder([
        urge('1', 'yes', '2026-11-01', '2026-11-01'),
        urge('2', null, '2026-11-25'),
        urge('3', 'yes', '2026-11-02', '2026-11-09'),
        urge('4', null, '2026-11-24'),
      ]).map((one) => one.id),
    ).toEqual(['4', '2', '3', '1'])
  })
})
