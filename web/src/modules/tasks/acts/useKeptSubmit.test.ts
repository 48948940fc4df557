import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick, ref } from 'vue'
import { Problem } from '@/api/client'
import { useKeptSubmit } from './useKeptSubmit'

const open = (id = 't1') => {
  const text = ref('')
  const chosen = ref(['p1'])
  return { text, chosen, form: useKeptSubmit(() => id, 'reply.u1', { text, chosen }) }
}
const later = async () => {
  await nextTick()
  vi.advanceTimersByTime(400)
}

describe('what was typed into a form', () => {
  beforeEach(() => {
    vi.useFakeTimers()
    localStorage.clear()
    setActivePinia(createPinia())
  })
  it('is there again after the page was closed, and in no other task', async () => {
    const first = open()
    expect(first.form.restored).toBe(false)
    first.text.value = '断网时写的'
    first.chosen.value = ['p1', 'p2']
    await later()
    const second = open()
    expect(second.form.restored).toBe(true)
    expect([second.text.value, second.chosen.value]).toEqual(['断网时写的', ['p1', 'p2']])
    expect(open('t2').form.restored).toBe(false)
  })
  it('stays when the line is broken and goes once it was sent', async () => {
    const { text, form } = open()
    text.value = '断网时写的'
    await later()
    expect(await form.submit(() => Promise.reject(new Problem(0)))).toBeNull()
    expect(open().text.value).toBe('断网时写的')
    expect(await form.submit(async () => 'sent')).toBe('sent')
    await later()
    expect(open().form.restored).toBe(false)
  })
  it('is nothing where the form alone has filled something in, which is kept with what was typed', async () => {
    const open = () => {
      const [text, day] = [ref(''), ref('')]
      return { text, day, form: useKeptSubmit(() => 't1', 'reply.u1', { text, day }, { typed: ['text'] }) }
    }
    const { text, day } = open()
    day.value = '2026-11-30'
    await later()
    expect(open().form.restored).toBe(false)
    text.value = '写了一半'
    await later()
    const again = open()
    expect([again.form.restored, again.text.value, again.day.value]).toEqual([true, '写了一半', '2026-11-30'])
  })
  it('is nothing where only something else was chosen to write about', async () => {
    const chosen = ref('a')
    const text = ref('')
    useKeptSubmit(() => 't1', 'waive', { text }, { about: { chosen, among: () => ['a', 'b'] } })
    chosen.value = 'b'
    await later()
    expect(localStorage.length).toBe(0)
  })
  it('is nothing while it stands as it was offered', async () => {
    const { text } = open()
    text.value = '改了'
    await later()
    text.value = ''
    await later()
    expect(open().form.restored).toBe(false)
  })
})
