import { useQuery } from '@tanstack/vue-query'
import { computed, ref, toValue, type MaybeRefOrGetter } from 'vue'
import { Problem } from '@/api/client'
import type { SeriesDetail, SeriesTime } from '@/api/types'
import { uuid } from '@/lib/id'
import { explain, fieldErrors } from '@/lib/problems'
import { queryClient } from '@/lib/query'
import { tasksChanged } from '../composables/useTasks'
import * as api from './api'

export const useSeriesList = () =>
  useQuery({ queryKey: ['series'], queryFn: api.listSeries, select: (data) => data.items })
export const useSeriesDetail = (id: MaybeRefOrGetter<string>) =>
  useQuery({ queryKey: computed(() => ['series', toValue(id)]), queryFn: () => api.readSeries(toValue(id)) })
export const useTemplates = (retired: MaybeRefOrGetter<boolean> = false) =>
  useQuery({
    queryKey: computed(() => ['templates', toValue(retired)]),
    queryFn: () => api.listTemplates(toValue(retired)),
    select: (data) => data.items,
  })
export const templatesChanged = () => void queryClient.invalidateQueries({ queryKey: ['templates'] })

function show(series: SeriesDetail): void {
  queryClient.setQueryData(['series', series.id], series)
  void queryClient.invalidateQueries({ queryKey: ['series'], exact: true })
  tasksChanged()
}
const isSeries = (value: unknown): value is SeriesDetail =>
  typeof value === 'object' && value !== null && 'upcoming' in value && 'history' in value

/** One act on a series at a time: where somebody was faster, what they did is shown, and what was typed stays. */
export function useSeriesAct() {
  const busy = ref(false)
  const failed = ref('')
  const errors = ref<Record<string, string>>({})
  let key = uuid()
  async function run(work: (key: string) => Promise<SeriesDetail>): Promise<SeriesDetail | null> {
    if (busy.value) return null
    busy.value = true
    failed.value = ''
    errors.value = {}
    try {
      const series = await work(key)
      key = uuid()
      show(series)
      return series
    } catch (cause) {
      if (cause instanceof Problem && cause.status >= 400 && cause.status < 500) key = uuid()
      if (cause instanceof Problem && cause.isStale && isSeries(cause.current)) show(cause.current)
      errors.value = fieldErrors(cause)
      failed.value = explain(cause)
      return null
    } finally {
      busy.value = false
    }
  }
  return { busy, failed, errors, run }
}

export type SeriesAsk =
  | { act: 'skip' | 'move' | 'restore'; time: SeriesTime }
  | { act: 'suspend' | 'resume' | 'end' | 'takeover'; time?: undefined }

/** What is asked of one time or of the series, with a day and a reason where they are needed. */
export function useSeriesAsk(series: () => SeriesDetail, ask: () => SeriesAsk) {
  const act = useSeriesAct()
  const reason = ref('')
  const day = ref(ask().time?.day ?? '')
  const due = ref('')
  const title = ref(ask().act === 'move' ? (ask().time?.title ?? '') : '')
  const needsReason = computed(() => ['skip', 'suspend', 'end'].includes(ask().act))
  async function submit(empty: (field: string) => string): Promise<boolean> {
    const { id, version } = series()
    const { act: what, time } = ask()
    const said = reason.value.trim()
    if (needsReason.value && !said) {
      act.errors.value = { reason: empty('reason') }
      return false
    }
    const done = await act.run((key) => {
      if (time && what === 'skip') return api.changeTime(id, time.period, { version, skip: true, reason: said })
      if (time && what === 'move')
        return api.changeTime(id, time.period, {
          version,
          skip: false,
          day: day.value && day.value !== time.day ? day.value : null,
          due_day: due.value || null,
          title: title.value.trim() && title.value.trim() !== time.title ? title.value.trim() : null,
          reason: said,
        })
      if (time) return api.restoreTime(id, time.period, version)
      const step = ({ suspend: 'suspension', resume: 'resumption', end: 'end', takeover: 'takeover' } as const)[
        what as 'suspend' | 'resume' | 'end' | 'takeover'
      ]
      return api.stepSeries(id, step, { version, reason: said }, key)
    })
    return !!done
  }
  return { ...act, reason, day, due, title, needsReason, submit }
}
