import { useMutation, useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
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

export function useMarkRead() {
  return useMutation({
    mutationFn: api.markRead,
    onSuccess: ({ unread }) => {
      setUnread(unread)
      void queryClient.invalidateQueries({ queryKey: ['inbox'] })
    },
  })
}
