import { computed, reactive, ref, shallowRef, toValue, type MaybeRefOrGetter } from 'vue'
import { Problem } from '@/api/client'
import type { CommentInput, ReportInput } from '@/api/types'
import { i18n } from '@/i18n'
import { uuid } from '@/lib/id'
import { createOutbox, newItem, openStore, partOf, type OutboxItem } from '@/lib/outbox'
import { explain } from '@/lib/problems'
import { toast } from '@/lib/toast'
import { useSession } from '@/modules/access'
import { uploadFile } from '@/modules/files'
import { sendComment } from '@/modules/talk'
import { reportProgress } from '../api'
import { tasksChanged } from '../composables/useTasks'

/** A comment says so: letters of earlier versions are reports. */
export type CommentLetter = CommentInput & { what: 'comment' }
export type Letter = OutboxItem<ReportInput | CommentLetter>
export const isComment = (payload: unknown): payload is CommentLetter =>
  (payload as Partial<CommentLetter>).what === 'comment'

/** Photos first, each once; then the report or the comment with what the server called them. */
export async function deliverLetter(
  item: OutboxItem,
  share: (done: number) => void,
  keep: () => Promise<void>,
): Promise<void> {
  const total = item.parts.reduce((sum, part) => sum + part.size, 1)
  let before = 0
  for (const part of item.parts) {
    if (!part.done && part.bytes) {
      const file = new File([part.bytes], part.name, { type: part.type })
      const { done } = uploadFile(file, (part_share) => share((before + part.size * part_share) / total), part.key)
      part.done = (await done).id
      await keep()
    }
    before += part.size
  }
  const file_ids = item.parts.flatMap((part) => part.done ?? [])
  const files = file_ids.length ? { file_ids } : {}
  try {
    if (isComment(item.payload)) {
      const { text, mention_ids, quote_comment_id, quote_seq } = item.payload
      await sendComment(item.subject, { text, mention_ids, quote_comment_id, quote_seq, ...files }, item.id)
    } else await reportProgress(item.subject, { ...(item.payload as ReportInput), ...files }, item.id)
  } catch (error) {
    // A file the server has meanwhile let go of is sent anew at the next try.
    if (error instanceof Problem && error.fields.some(({ field }) => field.startsWith('file_ids')))
      for (const part of item.parts) Object.assign(part, { done: null, key: uuid() })
    throw error
  }
}

const items = shallowRef<Letter[]>([])
const shares = reactive<Record<string, number>>({})
const lasting = ref(true)
const t = (key: string) => i18n.global.t(key)
type Box = ReturnType<typeof createOutbox>
let opening: Promise<Box> | null = null

function box(): Promise<Box> {
  opening ??= openStore().then(({ store, lasting: safe }) => {
    lasting.value = safe
    const session = useSession()
    const made: Box = createOutbox({
      store,
      deliver: deliverLetter,
      owner: () => session.me?.person.id ?? null,
      changed: () => void made.mine().then((list) => (items.value = list as Letter[])),
      progress: (id, share) => (shares[id] = share),
      sent: (item) => {
        toast(t(isComment(item.payload) ? 'talk.comment.sent' : 'phone.outbox.delivered'))
        tasksChanged(item.subject)
      },
      tooOld: () => t('phone.outbox.tooOld'),
      say: (error) => {
        const status = error instanceof Problem ? error.status : -1
        if (status === 0) return t('phone.outbox.offline')
        return status === 401 ? t('phone.outbox.signIn') : explain(error)
      },
    })
    return made
  })
  return opening
}

/** The reports and comments written on this phone and where each of them is. */
export function useOutbox() {
  const session = useSession()
  async function put(
    subject: string,
    title: string,
    payload: Letter['payload'],
    files: readonly File[],
  ): Promise<void> {
    const owner = session.me?.person.id
    if (!owner) return
    const parts = await Promise.all(files.map(partOf))
    await (await box()).add(newItem({ owner, subject, title, payload }, parts))
  }
  return {
    items,
    shares,
    lasting,
    of: (taskId: MaybeRefOrGetter<string>) =>
      computed(() => items.value.filter((item) => item.subject === toValue(taskId))),
    start: () => void box().then((made) => made.start()),
    send: (taskId: string, title: string, payload: ReportInput, files: readonly File[]) =>
      put(taskId, title, payload, files),
    sendComment: (taskId: string, title: string, payload: CommentInput, files: readonly File[]) =>
      put(taskId, title, { ...payload, what: 'comment' }, files),
    retry: async (item: Letter) => (await box()).retry(item),
    remove: async (item: Letter) => (await box()).remove(item.id),
    hurry: async () => (await box()).hurry(),
  }
}
