import { describe, expect, it } from 'vitest'
import { emptyReport, putBack } from './reportDraft'

const sent = { claimed_progress: 40, text: '完成初稿', problem: '缺数据', fall_reason: '返工', milestone_ids: ['m1'] }

describe('a report that was refused', () => {
  it('stands in the form as it was written', () => {
    expect(putBack(sent, emptyReport(10))).toEqual({
      progress: 40,
      text: '完成初稿',
      problem: '缺数据',
      next: '',
      fall: '返工',
      milestones: ['m1'],
    })
  })
  it('takes nothing away that was begun meanwhile, and is put back once', () => {
    const begun = { ...emptyReport(10), text: '又写了几句' }
    const once = putBack(sent, begun)
    expect(once.text).toBe('完成初稿\n又写了几句')
    expect(putBack(sent, once)).toEqual(once)
  })
})
