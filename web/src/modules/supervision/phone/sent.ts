import { useQueries } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { get } from '@/api/client'
import type { Message, TimelineItem, Urge, Urges } from '@/api/types'
import { recall, remember } from '@/lib/storage'

const KEY = (person: string) => `sbc.urged.${person}`
const MOST = 20

/** Which tasks somebody pressed from this phone; the server has no list of urges by sender yet. */
export const urgedHere = (person: string) => recall<string[]>(KEY(person), [])
export function rememberUrged(person: string, task: string): void {
  remember(KEY(person), [task, ...urgedHere(person).filter((one) => one !== task)].slice(0, MOST))
}

/** Tasks one has probably pressed: from here, in what happened lately, or in the answers that came back. */
export function urgedTasks(
  person: string,
  here: readonly string[],
  recent: readonly TimelineItem[],
  messages: readonly Message[],
): string[] {
  const found = new Set(here)
  for (const item of recent)
    if (item.task_id && item.actor?.id === person && item.action.includes('urged')) found.add(item.task_id)
  for (const message of messages) if (message.task_id && message.urge_id) found.add(message.task_id)
  return [...found].slice(0, MOST)
}

/** Open ones first, the most pressing of them first; then the answered, newest first. */
export function sentOrder(urges: readonly Urge[]): Urge[] {
  return [...urges].sort(
    (a, b) =>
      Number(a.reply !== null) - Number(b.reply !== null) ||
      (a.reply === null ? a.reply_due_day.localeCompare(b.reply_due_day) : b.at.localeCompare(a.at)),
  )
}

export function useSentUrges(person: string, tasks: Ref<string[]>) {
  const queries = useQueries({
    queries: computed(() =>
      tasks.value.map((id) => ({ queryKey: ['task', id, 'urges'], queryFn: () => get<Urges>(`/tasks/${id}/urges`) })),
    ),
  })
  const urges = computed(() =>
    sentOrder(queries.value.flatMap((query) => query.data?.items.filter((urge) => urge.by.id === person) ?? [])),
  )
  const pending = computed(() => queries.value.some((query) => query.isPending))
  return { urges, pending }
}
