import { ref, watch, type WatchSource } from 'vue'
import { Problem } from '@/api/client'
import type { Page, TaskAnswer, TaskDetail, TimelineItem } from '@/api/types'
import { uuid } from '@/lib/id'
import { explain, fieldErrors } from '@/lib/problems'
import { queryClient } from '@/lib/query'
import * as api from '../api'
import { recompose } from '../compose'
import { newerThan } from '../timeline'
import { leave, tasksChanged } from './useTasks'

const isAnswer = (value: unknown): value is TaskAnswer =>
  typeof value === 'object' && value !== null && 'task' in value && 'can' in value

/** The newest ledger entry this browser has shown of a task. */
function lastSeen(taskId: string): number {
  const data = queryClient.getQueryData<{ pages: Page<TimelineItem>[] }>(['timeline', taskId])
  return Math.max(0, ...(data?.pages[0]?.items ?? []).map((item) => item.seq))
}

/** Puts a fresh answer where the page looks, with the urges it already knows. */
function show(answer: TaskAnswer): void {
  queryClient.setQueryData<TaskDetail>(['task', answer.task.id], (known) => known && recompose(answer, known))
}

/** Sends one intention about one task; keeps what was typed whatever the answer. */
export function useSubmit(taskId: () => string) {
  const busy = ref(false)
  const failed = ref('')
  const errors = ref<Record<string, string>>({})
  /** Set when somebody was faster: what they did, in words. */
  const conflict = ref<TimelineItem[] | null>(null)
  let key = uuid()
  let seen = lastSeen(taskId())

  async function stale(problem: Problem): Promise<void> {
    const id = taskId()
    if (isAnswer(problem.current)) show(problem.current)
    else await queryClient.invalidateQueries({ queryKey: ['task', id] })
    const page = await api.readTimeline(id).catch(() => null)
    conflict.value = newerThan(page?.items ?? [], seen).slice(0, 5)
    tasksChanged()
  }

  /**
   * Runs it; answers what the server said, or null when it did not go through. Where the act took the task out of one's sight
   * the server has nothing to show: that it is done counts.
   */
  async function submit<T>(run: (key: string) => Promise<T>): Promise<T | null> {
    if (busy.value) return null
    busy.value = true
    failed.value = ''
    errors.value = {}
    try {
      const answer = await run(key)
      const id = taskId()
      if (isAnswer(answer)) {
        show(answer)
        tasksChanged(answer.task.id === id ? undefined : id)
      } else if (answer === undefined && id) {
        leave(id)
        tasksChanged()
      } else tasksChanged(id)
      key = uuid()
      return answer ?? ({} as T)
    } catch (cause) {
      const problem = cause instanceof Problem ? cause : null
      // The line or the server broke: the same intention may be said again. A refusal ends it.
      if (problem && problem.status >= 400 && problem.status < 500) key = uuid()
      // What is no task has no stream to tell what happened: the answer's own words stand in the form.
      if (problem?.isStale && taskId()) await stale(problem)
      else {
        errors.value = fieldErrors(cause)
        failed.value = explain(cause)
        if (problem?.status === 409) tasksChanged(taskId())
      }
      return null
    } finally {
      busy.value = false
    }
  }

  /** A fault goes away as its field is edited: the field's name, and what stands in it. */
  function follow(fields: Record<string, WatchSource<unknown>>): void {
    for (const [name, value] of Object.entries(fields)) watch(value, () => forgive(name), { deep: true })
  }
  function forgive(name: string): void {
    const all = Object.entries(errors.value)
    const left = all.filter(([field]) => field !== name && !field.startsWith(`${name}.`))
    if (left.length === all.length) return
    errors.value = Object.fromEntries(left)
    if (!left.length) failed.value = ''
  }

  function settle(): void {
    conflict.value = null
    seen = lastSeen(taskId())
  }

  return { busy, failed, errors, conflict, submit, follow, forgive, settle }
}
