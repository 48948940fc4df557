/** Keyboard: single keys and two-key sequences ('g t'), never while typing. */
export type Bindings = Record<string, () => void>

export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)
}

export function listenKeys(bindings: Bindings, now: () => number = Date.now): () => void {
  let first = ''
  let at = 0
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return
    if (document.querySelector('[role="dialog"][aria-modal="true"]')) return
    const sequence = first && now() - at < 1200 ? `${first} ${event.key}` : ''
    const run = (sequence && bindings[sequence]) || bindings[event.key]
    first = ''
    if (run) {
      event.preventDefault()
      run()
    } else if (Object.keys(bindings).some((keys) => keys.startsWith(`${event.key} `))) {
      first = event.key
      at = now()
    }
  }
  window.addEventListener('keydown', onKey)
  return () => window.removeEventListener('keydown', onKey)
}
