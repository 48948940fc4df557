import { onScopeDispose } from 'vue'
import { startLive } from '@/lib/live'
import { queryClient } from '@/lib/query'
import { toast } from '@/lib/toast'
import { setUnread } from './useInbox'

/** One stream for the whole shell: what it tells is read again, nothing else. */
export function useLive(): void {
  const again = (...keys: string[]) => keys.forEach((key) => void queryClient.invalidateQueries({ queryKey: [key] }))
  let pending: ReturnType<typeof setTimeout> | undefined
  const tasks = new Set<string>()
  const stop = startLive({
    message: ({ title, text }) => {
      toast(text ? `${title}：${text.slice(0, 60)}` : title)
      again('messages', 'unread', 'todo')
    },
    // A dispatch of two hundred tasks is one re-read, not two hundred.
    task: ({ id, root_id }) => {
      tasks.add(id).add(root_id)
      pending ??= setTimeout(() => {
        pending = undefined
        for (const task of tasks) {
          void queryClient.invalidateQueries({ queryKey: ['task', task] })
          void queryClient.invalidateQueries({ queryKey: ['timeline', task] })
        }
        tasks.clear()
        again('tasks', 'todo', 'home')
      }, 800)
    },
    unread: ({ unread }) => setUnread(unread),
    poll: () => again('unread', 'todo', 'tasks', 'task', 'timeline'),
  })
  onScopeDispose(() => {
    clearTimeout(pending)
    stop()
  })
}
