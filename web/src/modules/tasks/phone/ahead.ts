import { url } from '@/api/client'
import type { TodoList } from '@/api/types'
import { hasRoom, isKept } from '@/lib/offline'
import { queryClient } from '@/lib/query'
import { readTask, readTimeline } from '../api'

/** As many as one is likely to take along into a cellar. */
const FIRST = 8

/** The tasks at the top of the to-do list are read ahead, once, where the line has room: they open without one, too. */
export async function fetchFirstDuties(): Promise<void> {
  const duties = queryClient.getQueryData<TodoList>(['todo'])?.items ?? []
  const ids = [...new Set(duties.map((duty) => duty.task.id))].slice(0, FIRST)
  for (const id of ids) {
    if (!hasRoom()) return
    if (await isKept(url(`/tasks/${id}`))) continue
    await Promise.allSettled([readTask(id), readTimeline(id)])
  }
}
