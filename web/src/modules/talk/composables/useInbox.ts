import { useInfiniteQuery, useQuery } from '@tanstack/vue-query'
import { computed, ref, toValue, type MaybeRefOrGetter } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import type { InboxEntry, InboxPage, Message } from '@/api/types'
import { useMarkRead, useUnread } from '@/modules/notify'
import { messagesOf, readInbox } from '../api'

/** Messages by task, newest first, and what can be done with them. */
export function useInbox() {
  const { t } = useI18n()
  const view = ref<'all' | 'unread'>('all')
  const query = useInfiniteQuery({
    queryKey: computed(() => ['inbox', view.value]),
    queryFn: ({ pageParam }) => readInbox(view.value === 'unread', pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (last: InboxPage) => last.next_cursor,
  })
  const entries = computed(() => query.data.value?.pages.flatMap((page) => page.items) ?? [])
  const unread = useUnread()
  const mark = useMarkRead()
  const views = computed(() => [
    { value: 'all' as const, label: t('inbox.all') },
    { value: 'unread' as const, label: t('inbox.unread', { n: unread.value }) },
  ])
  const router = useRouter()
  const unfolded = ref(new Set<string>())
  const keyOf = ({ newest }: InboxEntry) => newest.task_id ?? newest.id

  function toggle(entry: InboxEntry): void {
    const next = new Set(unfolded.value)
    if (!next.delete(keyOf(entry))) next.add(keyOf(entry))
    unfolded.value = next
  }
  function open(message: Message): void {
    if (!message.read_at) mark.mutate({ ids: [message.id] })
    if (message.task_id) void router.push({ name: 'task', params: { id: message.task_id } })
  }
  const readTask = (entry: InboxEntry) =>
    mark.mutate(entry.newest.task_id ? { task_ids: [entry.newest.task_id] } : { ids: [entry.newest.id] })
  return { view, views, query, entries, unread, mark, unfolded, keyOf, toggle, open, readTask }
}

/** A task's messages, the newest fifty. */
export const useMessagesOf = (taskId: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: computed(() => ['inbox', 'task', toValue(taskId)]),
    queryFn: () => messagesOf(toValue(taskId), null),
    select: (page) => page.items,
  })
