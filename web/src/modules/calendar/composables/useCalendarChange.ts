import { ref, watch, type WatchSource } from 'vue'
import { Problem } from '@/api/client'
import type { CalendarChange, CalendarOverview } from '@/api/types'
import { explain, fieldErrors } from '@/lib/problems'
import { queryClient } from '@/lib/query'

const isOverview = (value: unknown): value is CalendarOverview =>
  typeof value === 'object' && value !== null && 'local' in value && 'history' in value

/**
 * Sends a change of the calendar with the version that was on the page when its dialog opened. Where somebody was faster, the
 * page shows what they did, what was typed stays, and the next attempt goes by the new version.
 */
export function useCalendarChange() {
  const busy = ref(false)
  const failed = ref('')
  const errors = ref<Record<string, string>>({})
  /** What others did meanwhile, the latest first. */
  const stale = ref<CalendarChange[] | null>(null)
  let version = queryClient.getQueryData<CalendarOverview>(['calendar'])?.version ?? 0

  function show(now: CalendarOverview): void {
    queryClient.setQueryData(['calendar'], now)
    void queryClient.invalidateQueries({ queryKey: ['calendar', 'year'] })
  }

  async function send(run: (version: number) => Promise<CalendarOverview>): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    failed.value = ''
    errors.value = {}
    stale.value = null
    try {
      show(await run(version))
      // Due days and lamps follow in the background; whatever shows them asks again.
      for (const key of ['tasks', 'task', 'todo', 'home']) void queryClient.invalidateQueries({ queryKey: [key] })
      return true
    } catch (cause) {
      if (cause instanceof Problem && cause.isStale && isOverview(cause.current)) {
        const seen = version
        stale.value = cause.current.history.filter((change) => change.version > seen)
        version = cause.current.version
        show(cause.current)
      } else {
        errors.value = fieldErrors(cause)
        failed.value = explain(cause)
        if (cause instanceof Problem && cause.status === 404)
          void queryClient.invalidateQueries({ queryKey: ['calendar'] })
      }
      return false
    } finally {
      busy.value = false
    }
  }

  /** A fault goes away as its field is edited. */
  function follow(fields: Record<string, WatchSource<unknown>>): void {
    for (const [name, value] of Object.entries(fields)) {
      watch(value, () => {
        if (!errors.value[name]) return
        errors.value = Object.fromEntries(Object.entries(errors.value).filter(([field]) => field !== name))
        if (!Object.keys(errors.value).length) failed.value = ''
      })
    }
  }
  return { busy, failed, errors, stale, send, follow }
}
