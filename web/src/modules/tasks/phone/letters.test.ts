import { describe, expect, it } from 'vitest'
import { again, kindOf, targetOf } from './letters'

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
})
