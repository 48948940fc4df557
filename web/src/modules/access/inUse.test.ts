import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { whileInUse } from './inUse'

const HOUR = 3_600_000
const on = (visible: boolean) =>
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(visible ? 'visible' : 'hidden')
const press = () => document.dispatchEvent(new Event('pointerdown'))

describe('a page that stays open', () => {
  let ask: ReturnType<typeof vi.fn<() => Promise<unknown>>>
  let stop: () => void
  const begin = (at: string) => {
    vi.setSystemTime(new Date(at))
    stop = whileInUse(ask)
  }
  beforeEach(() => {
    vi.useFakeTimers()
    ask = vi.fn(async () => undefined)
    on(true)
  })
  afterEach(() => {
    stop()
    vi.restoreAllMocks()
    vi.useRealTimers()
  })

  it('asks each half hour as long as somebody works on it', async () => {
    begin('2026-11-23T08:30:00+08:00')
    for (let n = 0; n < 12 * 6; n++) {
      press()
      await vi.advanceTimersByTimeAsync(HOUR / 6)
    }
    expect(ask.mock.calls.length).toBeGreaterThanOrEqual(22)
    expect(ask.mock.calls.length).toBeLessThanOrEqual(24)
  })
  it('asks for nothing when nobody does: its session is to end', async () => {
    begin('2026-11-23T08:30:00+08:00')
    await vi.advanceTimersByTimeAsync(12 * HOUR)
    expect(ask.mock.calls.length).toBeLessThanOrEqual(2)
    ask.mockClear()
    press()
    expect(ask).toHaveBeenCalledOnce()
  })
  it('asks soon after midnight of the area', async () => {
    begin('2026-11-23T23:50:00+08:00')
    await vi.advanceTimersByTimeAsync(HOUR / 6 - 60_000)
    expect(ask).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(120_000)
    expect(ask).toHaveBeenCalledOnce()
  })
  it('asks when it is seen again, not while it is hidden', async () => {
    begin('2026-11-23T18:00:00+08:00')
    on(false)
    await vi.advanceTimersByTimeAsync(10 * HOUR)
    expect(ask).not.toHaveBeenCalled()
    on(true)
    document.dispatchEvent(new Event('visibilitychange'))
    expect(ask).toHaveBeenCalledOnce()
  })
  it('tries again in a minute on a broken line, one at a time, and no more once it was stopped', async () => {
    begin('2026-11-23T08:30:00+08:00')
    ask.mockRejectedValueOnce(new Error('line'))
    await vi.advanceTimersByTimeAsync(HOUR / 2)
    expect(ask).toHaveBeenCalledOnce()
    ask.mockReturnValueOnce(new Promise(() => undefined))
    await vi.advanceTimersByTimeAsync(5 * 60_000)
    expect(ask).toHaveBeenCalledTimes(2)
    stop()
    ask.mockClear()
    stop = whileInUse(ask)
    stop()
    await vi.advanceTimersByTimeAsync(HOUR)
    press()
    expect(ask).not.toHaveBeenCalled()
  })
})
