import { describe, expect, it, vi } from 'vitest'
import { breakOff, post } from '@/api/client'
import { askWhenSecret, question } from './secret'

describe('the question whether something is secret', () => {
  it('is withdrawn when whoever wrote the words leaves, and those that wait are not asked', async () => {
    askWhenSecret()
    const fetch = vi.fn(async () => new Response(JSON.stringify({ code: 'secret_words' }), { status: 422 }))
    vi.stubGlobal('fetch', fetch)
    const sent = ['a', 'b'].map((text) => post('/tasks', { text }).catch((error: unknown) => error))
    await vi.waitFor(() => expect(question.value).not.toBeNull())
    breakOff()
    expect(question.value).toBeNull()
    expect(await Promise.all(sent)).toMatchObject([{ code: 'secret_words' }, { code: 'secret_words' }])
    expect(question.value).toBeNull()
    expect(fetch).toHaveBeenCalledTimes(2)
  })
})
