import { beforeEach, describe, expect, it, vi } from 'vitest'
import { newItem } from '@/lib/outbox'
import { uploadFile } from '@/modules/files'
import { reportProgress } from '../api'
import {
  again,
  deliverLetter,
  formOf,
  isRefused,
  kindOf,
  targetOf,
  wordsOf,
  type Letter,
  type Payload,
} from './letters'

vi.mock('../api', async (real) => ({ ...(await real<object>()), reportProgress: vi.fn() }))
vi.mock('@/modules/files', () => ({
  uploadFile: vi.fn((file: File) => ({ done: Promise.resolve({ id: `f-${file.name}` }) })),
}))

const letter = (payload: Payload, over: Partial<Letter> = {}): Letter => ({
  ...newItem({ owner: 'p1', subject: 't1', title: '任务', payload }, []),
  ...over,
})

describe('a letter', () => {
  it('says what it is; one that does not is a report, as in earlier versions', () => {
    expect(kindOf({ claimed_progress: 30, text: '进展' })).toBe('report')
    expect(kindOf({ what: 'sign', version: 3 })).toBe('sign')
    expect(targetOf({ what: 'reply', target: 'u1', text: '好' })).toBe('u1')
    expect(targetOf({ what: 'sign' })).toBeUndefined()
  })
  it('sent once more by hand is not tied to the version that was changed meanwhile', () => {
    expect(again({ what: 'sign', version: 3, handler_id: 'p' })).toEqual({ what: 'sign', handler_id: 'p' })
    expect(again({ what: 'sign', version: 3 })).toEqual({ what: 'sign' })
  })
  it('with words goes back to its own form', () => {
    const reply = letter({ what: 'reply', target: 'u1', text: '好' }, { id: 'l1', state: 'failed' })
    expect(formOf(reply)).toEqual({
      name: 'act',
      params: { id: 't1', action: 'reply' },
      query: { letter: 'l1', target: 'u1' },
    })
    expect(formOf(letter({ claimed_progress: 30, text: '进展' }, { id: 'l2' }))).toMatchObject({
      params: { action: 'report' },
      query: { letter: 'l2' },
    })
    expect(formOf(letter({ what: 'sign' }))).toBeNull()
    expect([isRefused(reply, 'reply'), isRefused(reply, 'report')]).toEqual([true, false])
    expect(isRefused({ ...reply, state: 'waiting' }, 'reply')).toBe(false)
  })
  it('is read with all of its words', () => {
    expect(wordsOf({ claimed_progress: 30, text: '进展', problem: '缺人', next_step: '补人' })).toBe('进展\n缺人\n补人')
    const answer = { person_id: 'p2', text: '明天交' }
    expect(wordsOf({ what: 'urge', text: '请交', method: 'call', party_ids: [], answer })).toBe('请交\n明天交')
    expect(wordsOf({ what: 'sign' })).toBe('')
  })
})

describe('a letter that goes out', () => {
  const part = (name: string) => ({
    key: name,
    name,
    type: 'image/jpeg',
    bytes: new ArrayBuffer(1),
    size: 1,
    done: null,
  })
  const sending = (here: () => void) =>
    deliverLetter(letter({ claimed_progress: 30, text: '进展' }, { parts: [part('a.jpg'), part('b.jpg')] }), {
      share: () => undefined,
      keep: async () => undefined,
      here,
    })
  beforeEach(() => vi.clearAllMocks())

  it('asks before each photo and before the words whether its writer is still here', async () => {
    for (const left of [0, 1, 2]) {
      vi.clearAllMocks()
      let asked = 0
      const here = () => {
        if (asked++ === left) throw new Error('left')
      }
      await expect(sending(here)).rejects.toThrow('left')
      expect(uploadFile).toHaveBeenCalledTimes(left)
      expect(reportProgress).not.toHaveBeenCalled()
    }
  })
  it('takes its photos along', async () => {
    await sending(() => undefined)
    expect(vi.mocked(reportProgress).mock.calls[0]?.[1]).toMatchObject({
      text: '进展',
      file_ids: ['f-a.jpg', 'f-b.jpg'],
    })
  })
})
