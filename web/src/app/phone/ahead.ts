import { url } from '@/api/client'
import { hasRoom, isKept } from '@/lib/offline'
import { readHome } from '@/modules/operations'
import { BoardPage } from '@/modules/operations/phone'
import { ReplyForm, UrgeForm, UrgesPage } from '@/modules/supervision/phone'
import { readInbox } from '@/modules/talk'
import { InboxPage } from '@/modules/talk/phone'
import { loadForBadLine } from '@/modules/tasks/phone'

const READS: readonly [string, () => Promise<unknown>][] = [
  ['/home', readHome],
  ['/inbox', () => readInbox(false, null)],
]

/** What must be there when the line is not: the tasks at the top first, then the other pages one looks into. */
export async function getReadyForBadLine(): Promise<void> {
  await loadForBadLine()
  await Promise.allSettled([import('./MePage.vue'), BoardPage(), InboxPage(), UrgesPage(), ReplyForm(), UrgeForm()])
  for (const [path, read] of READS) {
    if (!hasRoom()) return
    if (!(await isKept(url(path)))) await read().catch(() => undefined)
  }
}
