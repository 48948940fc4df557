import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Problem } from '@/api/client'
import type { Me } from '@/api/types'
import { queryClient } from '@/lib/query'
import * as api from './api'
import { useSession } from './session'

vi.mock('./api')
const me = (id: string, today = '2026-11-23') => ({ person: { id, name: id }, roles: [], today }) as unknown as Me

describe('who is signed in', () => {
  let session: ReturnType<typeof useSession>
  beforeEach(() => {
    localStorage.clear()
    setActivePinia(createPinia())
    vi.resetAllMocks()
    session = useSession()
    session.me = me('p1')
  })

  it('is told why they are signed out, however many requests learn of it', () => {
    session.forget(true)
    session.forget(true)
    expect([session.me, session.expired]).toEqual([null, true])
  })
  it('is told nothing who has signed out, though a request is late', async () => {
    await session.signOut()
    session.forget(true)
    expect(session.expired).toBe(false)
    expect(api.signOut).toHaveBeenCalledOnce()
  })

  it('is asked again, and the day goes on', async () => {
    vi.mocked(api.readMe).mockResolvedValue(me('p1', '2026-11-24'))
    expect(await session.refresh()).toBe(false)
    expect(session.today).toBe('2026-11-24')
  })
  it('stays as they were when the line is broken', async () => {
    vi.mocked(api.readMe).mockRejectedValue(new Problem(0))
    await expect(session.refresh()).rejects.toThrow()
    expect([session.me?.person.id, session.today, session.expired]).toEqual(['p1', '2026-11-23', false])
  })
  it('stays away who left while that was asked', async () => {
    let answer: (now: Me) => void = () => undefined
    vi.mocked(api.readMe).mockReturnValue(new Promise((done) => (answer = done)))
    const asked = session.refresh()
    session.forget(false)
    session.me = me('p2')
    answer(me('p1', '2026-11-24'))
    expect(await asked).toBe(false)
    expect([session.me?.person.id, session.today]).toEqual(['p2', '2026-11-23'])
  })
  it('keeps nothing of the first when it is another by now', async () => {
    queryClient.setQueryData(['home'], 'of p1')
    vi.mocked(api.readMe).mockResolvedValue(me('p2'))
    expect(await session.refresh()).toBe(true)
    expect([session.me, session.known]).toEqual([null, false])
    expect(queryClient.getQueryData(['home'])).toBeUndefined()
  })
})
