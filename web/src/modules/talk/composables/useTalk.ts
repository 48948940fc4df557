import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/vue-query'
import { computed, onScopeDispose, toValue, watch, type MaybeRefOrGetter } from 'vue'
import type { Page, TaskDetail, TaskRow, WatchMode } from '@/api/types'
import { i18n } from '@/i18n'
import { explain } from '@/lib/problems'
import { queryClient } from '@/lib/query'
import { toast } from '@/lib/toast'
import { useMarkRead } from '@/modules/notify'
import * as api from '../api'

export function useComments(taskId: MaybeRefOrGetter<string>) {
  const query = useInfiniteQuery({
    queryKey: computed(() => ['comments', toValue(taskId)]),
    queryFn: ({ pageParam }) => api.listComments(toValue(taskId), pageParam ?? undefined),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
  })
  const comments = computed(() => query.data.value?.pages.flatMap((page) => page.items) ?? [])
  return { query, comments }
}

export function useMentionable(taskId: MaybeRefOrGetter<string>, q: MaybeRefOrGetter<string | null>) {
  return useQuery({
    queryKey: computed(() => ['mentionable', toValue(taskId), toValue(q) ?? '']),
    queryFn: () => api.listMentionable(toValue(taskId), toValue(q) ?? ''),
    enabled: computed(() => toValue(q) !== null),
    staleTime: 60_000,
    select: (data) => data.items,
  })
}

/** What somebody wants to hear of a task; shown at once, taken back where the server refuses. */
export function useWatch() {
  const t = i18n.global.t
  return useMutation({
    mutationFn: ({ id, mode }: { id: string; mode: WatchMode | null }) => api.watchTask(id, mode),
    onMutate: ({ id, mode }) => mark(id, mode === 'follow'),
    onSuccess: (talk, { id, mode }) => {
      queryClient.setQueryData<TaskDetail>(['task', id], (known) => known && { ...known, talk })
      toast(t(`talk.watch.${mode === 'follow' ? 'doneFollow' : mode === 'mute' ? 'doneMute' : 'doneNone'}`))
    },
    onError: (error) => toast(explain(error), true),
    onSettled: () => {
      for (const key of ['tasks', 'inbox']) void queryClient.invalidateQueries({ queryKey: [key] })
    },
  })
}

/** The mark in the lists that are open changes before they are read again. */
function mark(id: string, followed: boolean): void {
  const marked = (row: TaskRow) => (row.id === id ? { ...row, followed } : row)
  queryClient.setQueriesData<{ pages: Page<TaskRow>[] }>(
    { queryKey: ['tasks', 'list'] },
    (data) =>
      data && { ...data, pages: data.pages.map((page) => ({ ...page, items: page.items.map((row) => marked(row)) })) },
  )
  queryClient.setQueriesData<TaskDetail>(
    { queryKey: ['task', id] },
    (data) => data && { ...data, task: marked(data.task) },
  )
}

/** Whoever opens a task has read what was written to them about it; a page behind another one waits until it is looked at. */
export function useSeen(detail: MaybeRefOrGetter<TaskDetail | undefined>): void {
  const read = useMarkRead()
  const fresh = computed(() => {
    const task = toValue(detail)
    return task?.talk.unread ? task.task.id : null
  })
  const look = () => {
    if (fresh.value && document.visibilityState === 'visible') read.mutate({ task_ids: [fresh.value] })
  }
  watch(fresh, look, { immediate: true })
  document.addEventListener('visibilitychange', look)
  onScopeDispose(() => document.removeEventListener('visibilitychange', look))
}
