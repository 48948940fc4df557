import { afterEach, describe, expect, it, vi } from 'vitest'
import { ref, nextTick } from 'vue'
import { breakOff, get, onSignedOut, post, Problem, whileHere } from '@/api/client'
import { setLocale } from '@/i18n'
import { addDays, daysBetween, monthEnd, shortDay, shortInstant, weekday } from './dates'
import { useDraft } from './draft'
import { uuid } from './id'
import { listenKeys } from './keys'
import { startLive } from './live'
import { fileSize, percent } from './numbers'
import { fieldErrors } from './problems'
import { queryClient } from './query'

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
  localStorage.clear()
})

describe('days', () => {
  it('are counted as written, over leap years and year ends', () => {
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01')
    expect(daysBetween('2028-02-28', '2028-03-01')).toBe(2)
    expect(monthEnd('2026-02-10')).toBe('2026-02-28')
    expect(weekday('2026-11-23')).toBe(1)
    expect(weekday('2026-11-29')).toBe(7)
  })
  it('are shown short in the present year, and instants by the clock of the area', () => {
    expect(shortDay('2026-12-01', '2026-11-23')).toBe('12-01')
    expect(shortDay('2027-12-01', '2026-11-23')).toBe('2027-12-01')
    expect(shortInstant('2026-11-23T00:30:00+08:00', '2026-11-23')).toBe('00:30')
    expect(shortInstant('2026-11-20T08:40:00+08:00', '2026-11-23')).toBe('11-20 08:40')
  })
})

describe('numbers', () => {
  it('have no more decimals than they need', () => {
    expect(percent(71.5)).toBe('71.5%')
    expect(percent(60)).toBe('60%')
    expect(fileSize(2381234)).toBe('2.3 MB')
    expect(fileSize(48211)).toBe('47 KB')
  })
})

describe('the client', () => {
  const answer = (status: number, body: unknown) =>
    new Response(body === null ? null : JSON.stringify(body), { status })

  it('turns a refusal into a Problem with its fields', async () => {
    vi.stubGlobal(
      'fetch',
      vi.fn().mockResolvedValue(
        answer(422, {
          code: 'invalid',
          detail: '有一处要改',
          fields: [{ field: 'children[2].title', message: '请写标题' }],
        }),
      ),
    )
    const problem = await post('/tasks', {}).catch((error: unknown) => error)
    expect(problem).toBeInstanceOf(Problem)
    expect((problem as Problem).code).toBe('invalid')
    expect(fieldErrors(problem)).toEqual({ 'children.2.title': '请写标题' })
  })
  it('says a POST again under the same key when the line breaks', async () => {
    vi.useFakeTimers()
    const fetch = vi
      .fn()
      .mockRejectedValueOnce(new TypeError('line'))
      .mockResolvedValueOnce(answer(200, { ok: true }))
    vi.stubGlobal('fetch', fetch)
    const sent = post('/tasks', { title: 'x' }, 'key-1')
    await vi.runAllTimersAsync()
    expect(await sent).toEqual({ ok: true })
    expect(
      fetch.mock.calls.map((call) => (call[1] as { headers: Record<string, string> }).headers['idempotency-key']),
    ).toEqual(['key-1', 'key-1'])
  })
  it('says nothing again for whoever has left', async () => {
    vi.useFakeTimers()
    const fetch = vi.fn((_address: string, { signal }: RequestInit) =>
      Promise.reject(signal?.aborted ? new DOMException('left', 'AbortError') : new TypeError('line')),
    )
    vi.stubGlobal('fetch', fetch)
    const sent = post('/tasks', { title: 'x' }).catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(100)
    breakOff()
    await vi.runAllTimersAsync()
    expect(((await sent) as Error).name).toBe('AbortError')
    const signals = fetch.mock.calls.map((call) => call[1].signal?.aborted)
    expect(signals).toEqual([true, true]) // the second never leaves the browser
    const stop = vi.fn()
    whileHere(stop)()
    breakOff()
    expect(stop).not.toHaveBeenCalled()
  })
  it('asks for words in the language of the page, and again when that changes', async () => {
    const fetch = vi.fn().mockImplementation(() => Promise.resolve(answer(200, {})))
    const again = vi.spyOn(queryClient, 'invalidateQueries').mockResolvedValue()
    const streams: string[] = []
    const close = vi.fn()
    vi.stubGlobal('fetch', fetch)
    vi.stubGlobal(
      'EventSource',
      class {
        readyState = 1
        close = close
        addEventListener() {}
        constructor(address: string) {
          streams.push(address)
        }
      },
    )
    const stop = startLive({ message() {}, task() {}, unread() {}, poll() {} })
    await get('/home')
    await setLocale('en')
    await nextTick()
    await get('/home')
    stop()
    await setLocale('zh')
    const asked = fetch.mock.calls.map(
      (call) => (call[1] as { headers: Record<string, string> }).headers['accept-language'],
    )
    expect(asked).toEqual(['zh', 'en'])
    expect(streams).toEqual(['/api/v1/live?lang=zh', '/api/v1/live?lang=en'])
    expect(close).toHaveBeenCalledTimes(2)
    expect(again).toHaveBeenCalled()
  })
  it('knows a stale version from another conflict', () => {
    expect(new Problem(409, { code: 'stale_version', current: { task: {} } }).isStale).toBe(true)
    expect(new Problem(409, { code: 'state' }).isStale).toBe(false)
  })
  it('tells the shell when the session has ended', async () => {
    const out = vi.fn()
    onSignedOut(out)
    vi.stubGlobal(
      'fetch',
      vi.fn().mockImplementation(() => Promise.resolve(answer(401, {}))),
    )
    await get('/me').catch(() => undefined)
    await post('/session', {}).catch(() => undefined)
    expect(out).toHaveBeenCalledTimes(1)
  })
})

describe('a draft', () => {
  it('survives a closed tab and goes when it was sent', async () => {
    vi.useFakeTimers()
    const first = ref({ title: '' })
    useDraft('d', first, (value) => !value.title)
    first.value.title = '写了一半'
    await nextTick()
    vi.advanceTimersByTime(400)
    const second = ref({ title: '' })
    const kept = useDraft('d', second, (value) => !value.title)
    expect(kept.restored).toBe(true)
    expect(second.value.title).toBe('写了一半')
    kept.forget()
    expect(localStorage.getItem('d')).toBeNull()
  })
})

describe('keys', () => {
  it('hear sequences, but never while somebody types', () => {
    const tasks = vi.fn()
    const stop = listenKeys({ 'g t': tasks })
    const press = (key: string, target: EventTarget = document.body) =>
      target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
    press('g')
    press('t')
    expect(tasks).toHaveBeenCalledTimes(1)
    const input = document.body.appendChild(document.createElement('input'))
    press('g', input)
    press('t', input)
    expect(tasks).toHaveBeenCalledTimes(1)
    stop()
  })
})

describe('ids', () => {
  it('are UUIDs also without a secure context', () => {
    vi.stubGlobal('crypto', { getRandomValues: (bytes: Uint8Array) => bytes.fill(255) })
    expect(uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    vi.unstubAllGlobals()
  })
})
