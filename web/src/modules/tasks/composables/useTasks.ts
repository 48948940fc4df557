import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
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
  void queryClient.invalidateQueries({ queryKey: taskId ? ['timeline', taskId] : ['timeline'] })
  void queryClient.invalidateQueries({ queryKey: taskId ? ['comments', taskId] : ['comments'] })
  void queryClient.invalidateQueries({ queryKey: taskId ? ['task', taskId] : ['task'] })
}
