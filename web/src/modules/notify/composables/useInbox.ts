import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import type { MessagePage } from '@/api/types'
import { queryClient } from '@/lib/query'
import * as api from '../api'

/** The number on the bell; the live stream sets it, this asks for it once. */
export function useUnread() {
  const query = useQuery({
    queryKey: ['unread'],
    queryFn: async () => (await api.listMessages(true, null)).unread,
    staleTime: 60_000,
  })
  return computed(() => query.data.value ?? 0)
}

export const setUnread = (unread: number) => queryClient.setQueryData(['unread'], unread)

export function useMessages(unreadOnly: MaybeRefOrGetter<boolean>) {
  return useInfiniteQuery({
    queryKey: computed(() => ['messages', toValue(unreadOnly)]),
    queryFn: ({ pageParam }) => api.listMessages(toValue(unreadOnly), pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (last: MessagePage) => last.next_cursor,
  })
}

export function useMarkRead() {
  return useMutation({
    mutationFn: api.markRead,
    onSuccess: ({ unread }) => {
      setUnread(unread)
      void queryClient.invalidateQueries({ queryKey: ['messages'] })
    },
  })
}
