import { describe, expect, it } from 'vitest'
import { nextTick, ref } from 'vue'
import { Problem } from '@/api/client'
import { useSubmit } from './useSubmit'
import { left } from './useTasks'

describe('a fault', () => {
  it('goes as its field is edited, and what was said of the whole goes with the last', async () => {
    const form = useSubmit(() => 't')
    const text = ref('')
    const due = ref('')
    form.follow({ text, due })
    form.errors.value = { text: '请填写', 'due.text': '读不懂' }
    form.failed.value = '有几处需要修改'
    text.value = '写了'
    await nextTick()
    expect(form.errors.value).toEqual({ 'due.text': '读不懂' })
    expect(form.failed.value).not.toBe('')
    due.value = '月底前'
    await nextTick()
    expect([form.errors.value, form.failed.value]).toEqual([{}, ''])
  })
  it('that no field of ours has stays', async () => {
    const form = useSubmit(() => 't')
    const text = ref('')
    form.follow({ text })
    form.failed.value = '别人刚刚改动过'
    text.value = '写了'
    await nextTick()
    expect(form.failed.value).toBe('别人刚刚改动过')
  })
})

describe('an act', () => {
  it('on something that is no task says that somebody was faster', async () => {
    const form = useSubmit(() => '')
    const faster = new Problem(409, { detail: '别人刚刚改动过', current: { id: 'template' } })
    expect(await form.submit(() => Promise.reject(faster))).toBeNull()
    expect([form.failed.value, form.conflict.value]).toEqual(['别人刚刚改动过', null])
  })
  it('that leaves nothing to be shown has gone through', async () => {
    const form = useSubmit(() => 'gone')
    expect(await form.submit(() => Promise.resolve(undefined))).toEqual({})
    expect([form.failed.value, left.has('gone')]).toEqual(['', true])
  })
})
