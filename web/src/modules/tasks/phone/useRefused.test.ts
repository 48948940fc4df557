import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { computed, ref } from 'vue'
import { Problem } from '@/api/client'
import type { Me } from '@/api/types'
import { useSession } from '@/modules/access'
import { emptyReport, putBack } from '../acts/reportDraft'
import { reportProgress } from '../api'
import type { LetterKind } from './letters'
import { useOutbox } from './outbox'
import { useRefused } from './useRefused'

vi.mock('../api', async (real) => ({ ...(await real<object>()), reportProgress: vi.fn() }))
vi.mock('@/modules/files', () => ({
  uploadFile: (file: File) => ({ done: Promise.resolve({ id: `f-${file.name}` }) }),
}))

describe('what was refused after its form was left', () => {
  const outbox = () => useOutbox()
  const failed = () => outbox().items.value.find((item) => item.state === 'failed')
  const soon = () => new Promise((done) => setTimeout(done, 20))
  const photo = new File(['x'], 'a.jpg', { type: 'image/jpeg' })
  beforeEach(() => {
    setActivePinia(createPinia())
    useSession().me = { person: { id: 'p1', name: '林舟' } } as Me
  })
  /** The form of a report, opened with the draft that was kept of it. */
  function open(id: unknown, kept = emptyReport(10)) {
    const draft = ref(kept)
    const files = ref<File[]>([])
    const form = useRefused(id, {
      kind: 'report',
      letter: computed({
        get: () => draft.value.letter ?? '',
        set: (letter) => (draft.value = { ...draft.value, letter }),
      }),
      files,
      put: (was) => (draft.value = putBack(was, draft.value)),
    })
    return { draft, files, ...form }
  }
  async function refused(text: string): Promise<string> {
    vi.mocked(reportProgress).mockRejectedValue(new Problem(422, { detail: '请说明原因' }))
    await outbox().send('t1', '任务', { claimed_progress: 40, text }, [photo])
    await vi.waitFor(() => expect(failed()?.payload.text).toBe(text))
    return failed()?.id ?? ''
  }

  it('is back in the form with its photos, and in the outbox until the new one is there', async () => {
    const id = await refused('完成初稿')
    const { draft, files, why, replaced } = open(id)
    await vi.waitFor(() => expect(why.value).toBe('请说明原因'))
    expect([draft.value.progress, draft.value.text]).toEqual([40, '完成初稿'])
    expect(files.value.map(({ name, type, size }) => [name, type, size])).toEqual([['a.jpg', 'image/jpeg', 1]])
    expect(failed()?.id).toBe(id)
    await replaced()
    await vi.waitFor(() => expect(failed()).toBeUndefined())
  })
  it('has its photos again when the form is opened once more, and its words as they were written on', async () => {
    const id = await refused('完成二稿')
    const first = open(id)
    await vi.waitFor(() => expect(first.files.value).toHaveLength(1))
    const kept = { ...first.draft.value, progress: 35, text: '完成了二稿的一半' }
    for (const asked of [id, undefined]) {
      const again = open(asked, kept)
      await vi.waitFor(() => expect(again.files.value).toHaveLength(1))
      expect([again.draft.value.progress, again.draft.value.text]).toEqual([35, '完成了二稿的一半'])
      expect(again.why.value).toBe('请说明原因')
    }
    await outbox().remove(id)
  })
  it('is not sent again by itself while it stands in its form', async () => {
    const id = await refused('完成三稿')
    open(id)
    await soon()
    vi.mocked(reportProgress).mockClear()
    await outbox().hurry()
    expect(reportProgress).not.toHaveBeenCalled()
    await outbox().remove(id)
  })
  it('is put back by nothing but its own address, into a form of its kind', async () => {
    const id = await refused('完成四稿')
    const { draft } = open('gone')
    open(undefined)
    const put = vi.fn()
    useRefused(id, { kind: 'reply' as LetterKind, letter: ref(''), put })
    await soon()
    expect(draft.value).toEqual(emptyReport(10))
    expect(put).not.toHaveBeenCalled()
    await outbox().remove(id)
  })
  it('is shown to nobody else', async () => {
    const id = await refused('完成五稿')
    const { items } = outbox()
    useSession().me = { person: { id: 'p2', name: '周芸' } } as Me
    expect(items.value).toEqual([])
    useSession().me = { person: { id: 'p1', name: '林舟' } } as Me
    await outbox().remove(id)
  })
})
