import { watch } from 'vue'
import { url } from '@/api/client'
import { i18n } from '@/i18n'

/** A message as the stream tells it: what it is about says whether it presses. */
export interface Heard {
  id: string
  title: string
  text: string
  task_id: string | null
  urge_id: string | null
  occurrence_id: string | null
}

export interface LiveHandlers {
  message(data: Heard): void
  task(data: { id: string; root_id: string }): void
  unread(data: { unread: number }): void
  /** Called on every beat while no stream can be had, and once when it comes back. */
  poll(): void
}

const POLL_MS = 30_000

/** The live stream; where a proxy swallows it, the browser asks every half minute instead. */
export function startLive(on: LiveHandlers): () => void {
  let source: EventSource | null = null
  let retry: ReturnType<typeof setTimeout> | undefined
  let failures = 0
  let missed = false
  const beat = setInterval(() => {
    if (source?.readyState !== 1 && document.visibilityState === 'visible') on.poll()
  }, POLL_MS)

  const open = () => {
    if (typeof EventSource === 'undefined') return
    // A stream has no headers of ours: it is told its language in the address.
    source = new EventSource(url('/live', { lang: i18n.global.locale.value }))
    const hear = <K extends 'message' | 'task' | 'unread'>(name: K) => {
      source?.addEventListener(name, (event) => {
        try {
          on[name](JSON.parse((event as MessageEvent<string>).data))
        } catch {
          on.poll()
        }
      })
    }
    hear('message')
    hear('task')
    hear('unread')
    source.onopen = () => {
      failures = 0
      if (missed) on.poll()
      missed = false
    }
    source.onerror = () => {
      missed = true
      // Closed for good means that the server answered and refused: asking once tells whether the session has ended.
      if (source?.readyState === 2) on.poll()
      source?.close()
      source = null
      failures++
      retry = setTimeout(open, Math.min(60_000, 1000 * 2 ** failures))
    }
  }
  open()
  const deaf = watch(i18n.global.locale, () => {
    clearTimeout(retry)
    source?.close()
    open()
  })
  return () => {
    deaf()
    clearInterval(beat)
    clearTimeout(retry)
    source?.close()
  }
}
