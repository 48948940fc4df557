import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/vue-query'
import { computed, shallowReactive, toValue, type MaybeRefOrGetter } from 'vue'
import { queryClient } from '@/lib/query'
import * as api from '../api'
import { countQuery, filterQuery, type TaskFilter } from '../filter'

export const PAGE = 50

export function useTaskList(filter: MaybeRefOrGetter<TaskFilter>) {
  const query = useInfiniteQuery({
    queryKey: computed(() => ['tasks', 'list', filterQuery(toValue(filter))]),
    queryFn: ({ pageParam, signal }) =>
      api.listTasks({ ...filterQuery(toValue(filter)), limit: PAGE, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    placeholderData: keepPreviousData,
  })
  const rows = computed(() => query.data.value?.pages.flatMap((page) => page.items) ?? [])
  return { query, rows }
}

export function useTaskCount(filter: MaybeRefOrGetter<TaskFilter>) {
  return useQuery({
    queryKey: computed(() => ['tasks', 'count', countQuery(toValue(filter))]),
    queryFn: ({ signal }) => api.countTasks(countQuery(toValue(filter)), signal),
    placeholderData: keepPreviousData,
  })
}

/** Tasks that went out of sight by what was just done: nothing reads them again until whoever showed them has gone on. */
export const left = shallowReactive(new Set<string>())
const OF_TASK = ['timeline', 'comments', 'task']
export function leave(id: string): void {
  left.add(id)
  setTimeout(() => {
    left.delete(id)
    for (const what of OF_TASK) queryClient.removeQueries({ queryKey: [what, id], type: 'inactive' })
  }, 3000)
}

export function useTask(id: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => ['task', toValue(id)]),
    queryFn: () => api.readTask(toValue(id)),
  })
}

export function useTree(id: MaybeRefOrGetter<string>, enabled: MaybeRefOrGetter<boolean> = true) {
  return useQuery({
    queryKey: computed(() => ['tasks', 'tree', toValue(id)]),
    queryFn: () => api.readTree(toValue(id)),
    enabled: computed(() => toValue(enabled)),
  })
}

export function useTimeline(id: MaybeRefOrGetter<string>) {
  return useInfiniteQuery({
    queryKey: computed(() => ['timeline', toValue(id)]),
    queryFn: ({ pageParam }) => api.readTimeline(toValue(id), pageParam ?? undefined),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
  })
}

export const useTodo = () => useQuery({ queryKey: ['todo'], queryFn: api.readTodo })

const KINDS = ['source-kinds']
export const useSourceKinds = () =>
  useQuery({ queryKey: KINDS, queryFn: api.sourceKinds, staleTime: 300_000, select: (data) => data.items })
export const kindsChanged = () => queryClient.invalidateQueries({ queryKey: KINDS })

const TAGS = ['tags']
export const useTags = () =>
  useQuery({ queryKey: TAGS, queryFn: api.listTags, staleTime: 30_000, select: (data) => data.items })
export const tagsChanged = () => queryClient.invalidateQueries({ queryKey: TAGS })

/** Something about a task changed: whatever shows tasks reads again. */
export function tasksChanged(taskId?: string): void {
  void queryClient.invalidateQueries({ queryKey: ['tasks'] })
  void tagsChanged()
  void queryClient.invalidateQueries({ queryKey: ['todo'] })
  for (const what of ['home', 'progress', 'overdue', 'glance']) void queryClient.invalidateQueries({ queryKey: [what] })
  void queryClient.invalidateQueries({ queryKey: ['urges'] })
  for (const what of OF_TASK)
    void queryClient.invalidateQueries({
      queryKey: taskId ? [what, taskId] : [what],
      predicate: ({ queryKey }) => !left.has(String(queryKey[1])),
    })
}
