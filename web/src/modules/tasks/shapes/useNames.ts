import { computed, onBeforeUnmount, ref, watch, type Ref } from 'vue'
import { recall, remember } from '@/lib/storage'

const KEY = 'sbc.gantt.names'
const LEAST = 120
const MOST = 720

/** How wide the names beside the bars are: pulled at their edge, kept for the next time; and the room left for the bars. */
export function useNames(pane: Ref<HTMLElement | undefined>) {
  const width = ref(0)
  const chosen = ref(recall<number>(KEY, 0))
  /** A phone has room for the bars only where names leave it. */
  const first = computed(() => (width.value && width.value < 600 ? 150 : 400))
  const names = computed(() => {
    const most = Math.max(LEAST, Math.min(MOST, (width.value || MOST * 2) - 160))
    return Math.round(Math.min(most, Math.max(LEAST, chosen.value || first.value)))
  })
  const room = computed(() => Math.max(0, width.value - names.value))

  const observer = new ResizeObserver(([entry]) => (width.value = Math.floor(entry?.contentRect.width ?? 0)))
  watch(
    pane,
    (now, before) => {
      if (before) observer.unobserve(before)
      if (now) observer.observe(now)
    },
    { immediate: true, flush: 'post' },
  )
  onBeforeUnmount(() => observer.disconnect())

  function set(next: number) {
    chosen.value = next
    remember(KEY, names.value)
  }
  function grip(event: PointerEvent) {
    const handle = event.currentTarget as HTMLElement
    const [from, was] = [event.clientX, names.value]
    const move = (at: PointerEvent) => set(was + at.clientX - from)
    const end = () => handle.removeEventListener('pointermove', move)
    handle.setPointerCapture(event.pointerId)
    handle.addEventListener('pointermove', move)
    handle.addEventListener('pointerup', end, { once: true })
    handle.addEventListener('pointercancel', end, { once: true })
    event.preventDefault()
  }
  function nudge(event: KeyboardEvent) {
    const step = event.key === 'ArrowLeft' ? -20 : event.key === 'ArrowRight' ? 20 : 0
    if (!step) return
    event.preventDefault()
    set(names.value + step)
  }
  return { names, room, grip, nudge }
}
