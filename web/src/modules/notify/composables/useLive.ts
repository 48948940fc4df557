import { onScopeDispose } from 'vue'
import { i18n } from '@/i18n'
import { startLive, type Heard } from '@/lib/live'
import { queryClient } from '@/lib/query'
import { recall } from '@/lib/storage'
import { toast } from '@/lib/toast'
import { SOUND } from '../model'
import { setUnread } from './useInbox'

/** What shows tasks, or what is asked and answered about them, and is read again with any of them. */
const AROUND = ['tasks', 'todo', 'home', 'progress', 'overdue', 'glance', 'urges']

/** A sound for what presses, where somebody has asked for one. */
function ring({ occurrence_id, urge_id }: Heard): void {
  if ((occurrence_id || urge_id) && recall(SOUND, false))
    void import('../reach/chime').then(
      ({ chime }) => chime(),
      () => undefined,
    )
}

/** One stream for the whole shell: what it tells is read again, nothing else. */
export function useLive(): void {
  const again = (...keys: string[]) => keys.forEach((key) => void queryClient.invalidateQueries({ queryKey: [key] }))
  /** But for those of one task, which are read with it: one that has left one's sight is asked about no more. */
  const orders = () =>
    void queryClient.invalidateQueries({ predicate: ({ queryKey: [what, of] }) => what === 'orders' && of !== 'task' })
  let pending: ReturnType<typeof setTimeout> | undefined
  let changed: { id: string; root_id: string }[] = []
  /** The tasks themselves, and every one of their trees that is open: progress rolls up through all the levels between. */
  function reread(now: typeof changed): void {
    const ids = new Set(now.flatMap(({ id, root_id }) => [id, root_id]))
    void queryClient.invalidateQueries({
      predicate: ({ queryKey: [what, id], state }) =>
        what === 'task' &&
        (ids.has(String(id)) ||
          ids.has((state.data as { task?: { root_id: string } } | undefined)?.task?.root_id ?? '')),
    })
    for (const id of ids) {
      for (const what of ['timeline', 'comments', 'reminders', 'deliveries'])
        void queryClient.invalidateQueries({ queryKey: [what, id] })
      void queryClient.invalidateQueries({ queryKey: ['orders', 'task', id] })
    }
    orders()
    again(...AROUND)
  }
  const stop = startLive({
    message: (said) => {
      const { title, text } = said
      toast(text ? i18n.global.t('inbox.news', { title, text: text.slice(0, 60) }) : title)
      ring(said)
      // An answer may be told of later than the change of its task.
      again('inbox', 'unread', 'todo', 'urges')
      orders()
    },
    // A dispatch of two hundred tasks is one re-read, not two hundred.
    task: (task) => {
      changed.push(task)
      pending ??= setTimeout(() => {
        pending = undefined
        reread(changed)
        changed = []
      }, 800)
    },
    unread: ({ unread }) => setUnread(unread),
    poll: () => again('unread', 'task', 'timeline', 'comments', 'orders', ...AROUND),
  })
  onScopeDispose(() => {
    clearTimeout(pending)
    stop()
  })
}
