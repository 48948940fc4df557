import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import type { Me, TaskDetail } from '@/api/types'
import { openPage } from '@/lib/testPage'
import { useSession } from '@/modules/access'
import * as api from '../api'
import { useAsk } from './useAsk'
import { useDecide } from './useDecide'
import { useReturn } from './useReturn'
import { useSay } from './useSay'

vi.mock('../api', async (real) => ({
  ...(await real<object>()),
  readRules: () => new Promise(() => undefined),
  readDeadline: () => new Promise(() => undefined),
  decideRequest: vi.fn(),
}))
vi.mock('@/modules/calendar', () => ({ useWorkdays: () => ({ until: () => null, after: () => null }) }))

const sign = () => (useSession().me = { person: { id: 'p1' }, today: '2026-11-02' } as Me)
const detail = (part: object) =>
  ({
    task: { id: 't1', version: 1, title: '一件事', due_day: '2026-12-31', importance: 'normal' },
    can: [],
    parties: [],
    requests: [],
    waits: [],
    risks: [],
    reports: [],
    ...part,
  }) as unknown as TaskDetail
const request = (id: string, part: object = {}) => ({ id, kind: 'suspend', may_decide: true, new_day: null, ...part })
const party = (id: string) => ({
  id,
  unit: { id: `u-${id}`, short_name: id },
  role: 'co',
  may_waive: true,
  may_return: true,
})
const later = () => new Promise((done) => setTimeout(done, 350))
/** Opens the form of an act; what was open before is gone. */
const open = async <T>(make: () => T) => {
  const page = await openPage(make, sign)
  return { ...page, form: page.made }
}

beforeEach(() => {
  localStorage.clear()
  vi.mocked(api.decideRequest).mockReset()
})

// What an open form still has to keep is not kept in the next test.
afterEach(later)

describe('what was written to decide on one of several requests', () => {
  let leave = () => undefined as void
  const decide = async (requests: object[], target?: string) => {
    const props = { detail: detail({ requests }), ...(target ? { target } : {}) }
    const page = await open(() => useDecide(props, () => leave()))
    leave = page.close
    return page
  }
  async function refuseB() {
    const { form, close } = await decide([request('a'), request('b')])
    form.chosen.value = 'b'
    form.yes.value = 'refuse'
    form.text.value = '理由不充分'
    await later()
    close()
  }
  const shown = ({ form }: Awaited<ReturnType<typeof decide>>) => [
    form.chosen.value,
    form.yes.value,
    form.text.value,
    form.form.restored,
  ]
  it('comes back with that request', async () => {
    await refuseB()
    expect(shown(await decide([request('a'), request('b')]))).toEqual(['b', 'refuse', '理由不充分', true])
  })
  it('does not come back under another one', async () => {
    await refuseB()
    expect(shown(await decide([request('a'), request('b')], 'a'))).toEqual(['a', 'grant', '', false])
    expect(shown(await decide([request('a'), request('b', { may_decide: false })]))).toEqual(['a', 'grant', '', false])
  })
  it('stays while one looks at another, and goes when it was sent, it alone', async () => {
    const { form } = await decide([request('a', { kind: 'extend', new_day: '2027-01-08' }), request('b')])
    expect(form.day.value).toBe('2027-01-08')
    form.text.value = '同意，但须抓紧'
    form.chosen.value = 'b'
    expect([form.text.value, form.day.value]).toEqual(['', ''])
    form.yes.value = 'refuse'
    form.text.value = '理由不充分'
    vi.mocked(api.decideRequest).mockResolvedValue({} as never)
    await form.submit()
    expect(api.decideRequest).toHaveBeenCalledWith('b', { decision: 'refuse', text: '理由不充分' }, expect.anything())
    await later()
    const again = await decide([request('a'), request('b')], 'b')
    expect(shown(again)).toEqual(['b', 'grant', '', false])
    again.form.chosen.value = 'a'
    expect(again.form.text.value).toBe('同意，但须抓紧')
  })
})

describe('why a second look is asked for', () => {
  const refused = (id: string, at: string) => request(id, { may_recheck: true, decided_at: at })
  const both = [refused('a', '2026-10-01T08:00:00Z'), refused('b', '2026-09-01T08:00:00Z')]
  const ask = (requests: object[], target?: string) => {
    const props = { detail: detail({ requests, verifications: [] }), action: 'recheck' as const }
    return open(() => useAsk({ ...props, ...(target ? { target } : {}) }, () => undefined))
  }
  const shown = ({ form }: Awaited<ReturnType<typeof ask>>) => [
    form.chosen.value,
    form.draft.value.reason,
    form.kept.restored,
  ]
  it('comes back with that decision or not at all', async () => {
    const { form, close } = await ask(both)
    form.chosen.value = 'b'
    form.draft.value.reason = '材料已补齐'
    await later()
    close()
    expect(shown(await ask(both, 'a'))).toEqual(['a', '', false])
    expect(shown(await ask(both))).toEqual(['b', '材料已补齐', true])
    expect(shown(await ask([both[0] as object]))).toEqual(['a', '', false])
  })
})

describe('what was written about one of several parties', () => {
  it.each([
    [
      'to waive it',
      (of: TaskDetail) => {
        const { form, chosen, text } = useSay({ detail: of, action: 'waive' }, () => undefined)
        return { restored: form.restored, chosen, text }
      },
    ],
    [
      'to give it back',
      (of: TaskDetail) => {
        const { form, party: chosen, reason: text } = useReturn({ detail: of }, () => undefined)
        return { restored: form.restored, chosen, text }
      },
    ],
  ])('%s comes back with that party or not at all', async (_, make) => {
    const first = await open(() => make(detail({ parties: [party('x'), party('y')] })))
    first.form.chosen.value = 'y'
    first.form.text.value = '职责已划转'
    await nextTick()
    await later()
    first.close()
    const shown = async (ids: string[]) => {
      const { form } = await open(() => make(detail({ parties: ids.map(party) })))
      return [form.chosen.value, form.text.value, form.restored]
    }
    expect(await shown(['x', 'y'])).toEqual(['y', '职责已划转', true])
    expect(await shown(['x'])).toEqual(['x', '', false])
  })
})
