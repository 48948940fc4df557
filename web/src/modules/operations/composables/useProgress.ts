import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRoute, useRouter } from 'vue-router'
import type { ProgressBy } from '@/api/types'
import { useSession } from '@/modules/access'
import { useUnits } from '@/modules/org'
import { filterSentence, parseFilter, useSourceKinds } from '@/modules/tasks'
import { listOverdue, readProgress } from '../api'
import { askedQuery, parseAsked, progressQuery, type Asked, type Period } from '../progress'

export const useFigures = (by: MaybeRefOrGetter<ProgressBy>, query: MaybeRefOrGetter<Record<string, string>>) =>
  useQuery({
    queryKey: computed(() => ['progress', toValue(by), toValue(query)]),
    queryFn: () => readProgress(toValue(by), toValue(query)),
    placeholderData: keepPreviousData,
  })

export function useOverdue(query: MaybeRefOrGetter<Record<string, string>>) {
  const list = useInfiniteQuery({
    queryKey: computed(() => ['overdue', toValue(query)]),
    queryFn: ({ pageParam }) => listOverdue(toValue(query), pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  })
  return { list, rows: computed(() => list.data.value?.pages.flatMap((page) => page.items) ?? []) }
}

/** The page's question, kept in its address; conditions without a field of their own are said as a sentence. */
export function useAsked(first: Period = 'year') {
  const { t } = useI18n()
  const route = useRoute()
  const router = useRouter()
  const session = useSession()
  const units = useUnits()
  const sources = useSourceKinds()
  const asked = computed(() => parseAsked(route.query, first))
  const ask = (change: Partial<Asked>) => router.replace({ query: askedQuery({ ...asked.value, ...change }) })
  const set = (name: string, value: string) => {
    const rest = Object.fromEntries(Object.entries(asked.value.rest).filter(([other]) => other !== name))
    return ask({ rest: value ? { ...rest, [name]: value } : rest })
  }
  const query = computed(() => progressQuery(asked.value, session.today))
  /** Those whose charge has tasks. */
  const leaders = useQuery({
    queryKey: ['progress', 'leaders'],
    queryFn: () => readProgress('charge_leader', {}),
    staleTime: 5 * 60_000,
    select: (data) => data.items.flatMap((row) => row.person ?? []),
  })
  const OWN = ['lead_unit_id', 'lead_only', 'source_kind', 'importance', 'charge_leader']
  const others = computed(() => {
    const kept = Object.entries(asked.value.rest).filter(([name]) => !OWN.includes(name))
    if (!kept.length) return ''
    return filterSentence(parseFilter(Object.fromEntries(kept)), {
      t: (key, values) => t(key, values ?? {}),
      unitName: (id) => units.data.value?.find((unit) => unit.id === id)?.short_name ?? '…',
      sourceName: (code) => sources.data.value?.find((kind) => kind.code === code)?.name ?? code,
      personName: () => '…',
      fieldOf: (code) => sources.data.value?.flatMap((kind) => kind.fields).find((field) => field.code === code),
    })
  })
  const dropOthers = () =>
    ask({ rest: Object.fromEntries(Object.entries(asked.value.rest).filter(([name]) => OWN.includes(name))) })
  const unitName = computed(
    () => units.data.value?.find((unit) => unit.id === asked.value.rest['lead_unit_id'])?.short_name ?? '',
  )
  const leaderName = computed(
    () => leaders.data.value?.find((leader) => leader.id === asked.value.rest['charge_leader'])?.name ?? '…',
  )
  return { asked, ask, set, query, others, dropOthers, units, unitName, leaders, leaderName, sources }
}
