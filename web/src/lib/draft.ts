import { watch, type Ref } from 'vue'
import { recall, remember } from './storage'

/** Words that come back to a form stand above those that were begun meanwhile. */
export const aboveBegun = (was: string | null | undefined, begun: string) =>
  !was || begun.includes(was) ? begun : [was, begun].filter(Boolean).join('\n')

/** Keeps what is being typed in this browser until it was sent: a closed tab loses nothing. */
export function useDraft<T extends object>(key: string, value: Ref<T>, isEmpty: (value: T) => boolean) {
  const kept = recall<T | null>(key, null)
  const restored = kept !== null
  if (kept) value.value = { ...value.value, ...kept }
  let timer: ReturnType<typeof setTimeout> | undefined
  let closed = false
  watch(
    value,
    (now) => {
      clearTimeout(timer)
      timer = setTimeout(() => !closed && remember(key, isEmpty(now) ? null : now), 300)
    },
    { deep: true },
  )
  /** At once: what is here now stands nowhere else. */
  const keep = () => {
    clearTimeout(timer)
    remember(key, isEmpty(value.value) ? null : value.value)
  }
  const forget = () => {
    closed = true
    clearTimeout(timer)
    remember(key, null)
  }
  return { restored, keep, forget }
}
