import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Lamp } from '@/api/types'
import { LAMPS } from '@/ui/lamp'
import * as api from '../api'
import { countQuery, filterQuery, IMPORTANCES, STATES, type TaskFilter } from '../filter'
import type { GroupBy } from '../shape'
import { useTaskCount } from './useTasks'

/** One column of a board, one section of a list: a name and the filter of exactly its rows. */
export interface Group {
  key: string
  label: string
  lamp: Lamp | null
  filter: TaskFilter
}

export function useUnitLoads(filter: MaybeRefOrGetter<TaskFilter>, enabled: MaybeRefOrGetter<boolean> = true) {
  return useQuery({
    queryKey: computed(() => ['tasks', 'by-unit', countQuery(toValue(filter))]),
    queryFn: ({ signal }) => api.readLoads(countQuery(toValue(filter)), signal),
    enabled: computed(() => toValue(enabled)),
    placeholderData: keepPreviousData,
    select: (data) => data.items,
  })
}

/** The filter of what a unit leads, counted as the loads count it. */
export function ledBy(filter: TaskFilter, unit: string, withBelow: boolean): TaskFilter {
  const other = { ...filter.other, lead_unit_id: unit, ...(withBelow ? {} : { lead_only: 'true' }) }
  return { ...filter, other }
}

/** Into what the list falls. Groups without rows are left out, where that is known. */
export function useGroups(filter: MaybeRefOrGetter<TaskFilter>, by: MaybeRefOrGetter<GroupBy>) {
  const { t } = useI18n()
  const count = useTaskCount(filter)
  const loads = useUnitLoads(filter, () => toValue(by) === 'unit')
  const groups = computed<Group[] | null>(() => {
    const now = toValue(filter)
    if (toValue(by) === 'unit')
      return (
        loads.data.value?.map((load) => ({
          key: load.unit.id,
          label: load.unit.short_name,
          lamp: null,
          filter: ledBy(now, load.unit.id, load.with_below),
        })) ?? null
      )
    const counted = count.data.value
    if (!counted) return null
    if (toValue(by) === 'lamp')
      return LAMPS.filter((lamp) => counted.by_lamp[lamp]).map((lamp) => ({
        key: lamp,
        label: t(`words.lampColour.${lamp}`),
        lamp,
        filter: { ...now, lamp: [lamp] },
      }))
    if (toValue(by) === 'importance')
      return [...IMPORTANCES]
        .reverse()
        .filter((one) => !now.importance.length || now.importance.includes(one))
        .map((one) => ({
          key: one,
          label: t(`words.importance.${one}`),
          lamp: null,
          filter: { ...now, importance: [one] },
        }))
    return STATES.filter((state) => counted.by_state[state]).map((state) => ({
      key: state,
      label: t(`words.state.${state}`),
      lamp: null,
      filter: { ...now, state: [state] },
    }))
  })
  const failed = computed(() => (toValue(by) === 'unit' ? loads.error.value : count.error.value))
  const retry = () => (toValue(by) === 'unit' ? loads.refetch() : count.refetch())
  return { groups, failed, retry }
}

export function useMonth(
  filter: MaybeRefOrGetter<TaskFilter>,
  from: MaybeRefOrGetter<string>,
  to: MaybeRefOrGetter<string>,
) {
  const query = computed(() => ({ ...countQuery(toValue(filter)), from: toValue(from), to: toValue(to) }))
  return useQuery({
    queryKey: computed(() => ['tasks', 'calendar', query.value]),
    queryFn: ({ signal }) => api.readCalendar(query.value, signal),
    placeholderData: keepPreviousData,
  })
}

export function useGantt(filter: MaybeRefOrGetter<TaskFilter>) {
  const query = useInfiniteQuery({
    queryKey: computed(() => ['tasks', 'gantt', filterQuery(toValue(filter))]),
    queryFn: ({ pageParam, signal }) =>
      api.readGantt({ ...filterQuery(toValue(filter)), limit: 50, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    placeholderData: keepPreviousData,
  })
  const rows = computed(() => query.data.value?.pages.flatMap((page) => page.items) ?? [])
  return { query, rows }
}
