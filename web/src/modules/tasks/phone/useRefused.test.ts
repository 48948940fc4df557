import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ref } from 'vue'
import { Problem } from '@/api/client'
import type { Me } from '@/api/types'
import { useSession } from '@/modules/access'
import { emptyReport } from '../acts/reportDraft'
import { reportProgress } from '../api'
import { useOutbox } from './outbox'
import { useRefused } from './useRefused'

vi.mock('../api', async (real) => ({ ...(await real<object>()), reportProgress: vi.fn() }))
vi.mock('@/modules/files', () => ({
  uploadFile: (file: File) => ({ done: Promise.resolve({ id: `f-${file.name}` }) }),
}))

describe('a report that was refused after its form was left', () => {
  const outbox = () => useOutbox()
  const failed = () => outbox().items.value.find((item) => item.state === 'failed')
  beforeEach(() => {
    setActivePinia(createPinia())
    useSession().me = { person: { id: 'p1', name: '林舟' } } as Me
  })
  function open(id: unknown) {
    const draft = ref(emptyReport(10))
    const files = ref<File[]>([])
    const keep = vi.fn()
    return { draft, files, keep, why: useRefused(id, draft, files, keep) }
  }

  it('is back in the form with its photos, and in the outbox no more', async () => {
    vi.mocked(reportProgress).mockRejectedValue(new Problem(422, { detail: '请说明原因' }))
    const photo = new File(['x'], 'a.jpg', { type: 'image/jpeg' })
    await outbox().send('t1', '任务', { claimed_progress: 40, text: '完成初稿' }, [photo])
    await vi.waitFor(() => expect(failed()).toBeDefined())
    const { draft, files, keep, why } = open(failed()?.id)
    await vi.waitFor(() => expect(failed()).toBeUndefined())
    expect([draft.value.progress, draft.value.text, why.value]).toEqual([40, '完成初稿', '请说明原因'])
    expect(files.value.map(({ name, type, size }) => [name, type, size])).toEqual([['a.jpg', 'image/jpeg', 1]])
    expect(keep).toHaveBeenCalledOnce()
  })
  it('is put back by nothing but its own address', async () => {
    const { draft, keep } = open('gone')
    open(undefined)
    await new Promise((done) => setTimeout(done, 20))
    expect(draft.value).toEqual(emptyReport(10))
    expect(keep).not.toHaveBeenCalled()
  })
})
