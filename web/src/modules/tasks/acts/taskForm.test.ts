import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import { Problem } from '@/api/client'
import type { Me, TaskAnswer } from '@/api/types'
import { queryClient } from '@/lib/query'
import { openPage } from '@/lib/testPage'
import { useSession } from '@/modules/access'
import * as api from '../api'
import { useEditTask } from './useEditTask'
import { useNewTask } from './useNewTask'

vi.mock('../api', async (real) => ({
  ...(await real<object>()),
  sourceKinds: () => Promise.resolve({ items: [] }),
  readTimeline: () => Promise.resolve({ items: [] }),
  readTask: vi.fn(),
  createTask: vi.fn(),
  editTask: vi.fn(),
  submitTask: vi.fn(),
}))

const row = {
  id: 't1',
  title: '整治积水点',
  source_kind: 'other',
  importance: 'normal',
  urgency: 'routine',
  state: 'draft',
}
const answer = (version: number, part: object = {}) =>
  ({
    task: { ...row, version },
    can: [],
    parties: [],
    demand: '原要求',
    milestones: [],
    report_rule: { kind: 'none' },
    ...{ requests: [], reports: [], waits: [], risks: [], urges: [], talk: {} },
    ...part,
  }) as unknown as TaskAnswer
const sign = () => (useSession().me = { person: { id: 'p1' }, today: '2026-11-02' } as Me)
const refused = () => new Problem(422, { detail: '时限早于今天' })
const stale = () => new Problem(409, { code: 'stale_version', current: answer(9) })
const later = () => new Promise((done) => setTimeout(done, 350))
const kept = (key: string) => JSON.parse(localStorage.getItem(key) ?? 'null') as { form: { demand: string } } | null

beforeEach(() => {
  localStorage.clear()
  vi.mocked(api.createTask).mockReset().mockResolvedValue(answer(1))
  vi.mocked(api.editTask).mockReset().mockResolvedValue(answer(2))
  vi.mocked(api.submitTask).mockReset().mockResolvedValue(answer(3))
})

// What an open form still has to keep is not kept in the next test.
afterEach(later)

describe('a new task whose handing out did not go through', () => {
  async function failed(cause: Problem) {
    const page = await openPage(() => useNewTask(), sign)
    const { form, go } = page.made
    Object.assign(form.value, { title: '整治积水点', lead: 'u1', due_text: '年底前', not_secret: true })
    await nextTick()
    vi.mocked(api.submitTask).mockRejectedValueOnce(cause)
    await go('dispatch')
    return page
  }
  it('is said to be a draft, and is not made again when the form is opened later', async () => {
    const { made, router, close } = await failed(refused())
    expect([made.waiting.value, made.sending.failed.value]).toEqual(['t1', '时限早于今天'])
    expect(router.currentRoute.value.path).toBe('/')
    await later()
    close()
    const again = (await openPage(() => useNewTask(), sign)).made
    expect([again.restored.value, again.form.value.title]).toEqual([false, ''])
  })
  it('is handed out by the next press, under the same key where only the line broke', async () => {
    const { made, router } = await failed(new Problem(0))
    await made.go('dispatch')
    expect(api.createTask).toHaveBeenCalledOnce()
    expect(api.editTask).not.toHaveBeenCalled()
    const [first, second] = vi.mocked(api.submitTask).mock.calls
    expect(second).toEqual(first)
    expect(router.currentRoute.value.fullPath).toBe('/task/t1')
  })
  it('takes what is changed then, and keeps it for its own form where that is left', async () => {
    const { made, router } = await failed(refused())
    made.form.value.demand = '补写的要求'
    await nextTick()
    expect(kept('sbc.edit.p1.t1')?.form.demand).toBe('补写的要求')
    await made.go('dispatch')
    expect(vi.mocked(api.editTask).mock.calls).toEqual([['t1', 1, { demand: '补写的要求' }]])
    expect(vi.mocked(api.submitTask).mock.lastCall?.slice(0, 2)).toEqual(['t1', 2])
    expect(kept('sbc.edit.p1.t1')).toBeNull()
    expect(router.currentRoute.value.fullPath).toBe('/task/t1')
  })
  it('leads to its page where it was changed elsewhere meanwhile', async () => {
    const { made, router } = await failed(refused())
    made.form.value.demand = '补写的要求'
    await nextTick()
    vi.mocked(api.editTask).mockRejectedValueOnce(stale())
    await made.go('dispatch')
    expect(router.currentRoute.value.fullPath).toBe('/task/t1')
    expect(kept('sbc.edit.p1.t1')?.form.demand).toBe('补写的要求')
  })
})

describe('a change of a task', () => {
  const ask = vi.fn(() => true)
  beforeEach(() => {
    ask.mockClear()
    vi.stubGlobal('confirm', ask)
  })
  afterEach(() => vi.unstubAllGlobals())
  async function changed() {
    vi.mocked(api.readTask).mockResolvedValue(answer(4) as never)
    const page = await openPage(() => useEditTask('t1'), sign)
    await vi.waitFor(() => expect(page.made.version.value).toBe(4))
    page.made.form.value.demand = '写了很久的要求'
    await nextTick()
    return page
  }
  it('is not left without a word, and is kept at once', async () => {
    const { router } = await changed()
    ask.mockReturnValueOnce(false)
    await router.push('/task/t1')
    expect([ask.mock.calls.length, router.currentRoute.value.path]).toEqual([1, '/'])
    expect(kept('sbc.edit.p1.t1')?.form.demand).toBe('写了很久的要求')
  })
  it('is kept without a question where nobody is signed in any more', async () => {
    const { router } = await changed()
    useSession().me = null
    queryClient.clear()
    await router.push('/sign-in')
    expect([ask.mock.calls.length, router.currentRoute.value.path]).toEqual([0, '/sign-in'])
    expect(kept('sbc.edit.p1.t1')?.form.demand).toBe('写了很久的要求')
    const again = (await openPage(() => useEditTask('t1'), sign)).made
    await vi.waitFor(() => expect(again.restored.value && again.version.value).toBe(4))
    expect(again.form.value.demand).toBe('写了很久的要求')
  })
  it('is forgotten once it is saved', async () => {
    const { made, router } = await changed()
    await made.save()
    expect(vi.mocked(api.editTask).mock.calls).toEqual([['t1', 4, { demand: '写了很久的要求' }]])
    expect([ask.mock.calls.length, router.currentRoute.value.path]).toEqual([0, '/task/t1'])
    expect(kept('sbc.edit.p1.t1')).toBeNull()
  })
})
