import { computed, reactive, ref, shallowRef, toValue, type MaybeRefOrGetter } from 'vue'
import { Problem } from '@/api/client'
import type { ReportInput } from '@/api/types'
import { i18n } from '@/i18n'
import { uuid } from '@/lib/id'
import { createOutbox, newItem, openStore, partOf, type OutboxItem } from '@/lib/outbox'
import { explain } from '@/lib/problems'
import { toast } from '@/lib/toast'
import { useSession } from '@/modules/access'
import { uploadFile } from '@/modules/files'
import { reportProgress } from '../api'
import { tasksChanged } from '../composables/useTasks'

export type ReportLetter = OutboxItem<ReportInput>

/** Photos first, each once; then the report with what the server called them. */
export async function deliverReport(
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
  const body = { ...(item.payload as ReportInput), ...(file_ids.length ? { file_ids } : {}) }
  try {
    await reportProgress(item.subject, body, item.id)
  } catch (error) {
    // A file the server has meanwhile let go of is sent anew at the next try.
    if (error instanceof Problem && error.fields.some(({ field }) => field.startsWith('file_ids')))
      for (const part of item.parts) Object.assign(part, { done: null, key: uuid() })
    throw error
  }
}

const items = shallowRef<ReportLetter[]>([])
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
      deliver: deliverReport,
      owner: () => session.me?.person.id ?? null,
      changed: () => void made.mine().then((list) => (items.value = list as ReportLetter[])),
      progress: (id, share) => (shares[id] = share),
      sent: (item) => {
        toast(t('phone.outbox.delivered'))
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

/** The reports written on this phone and where each of them is. */
export function useReportOutbox() {
  const session = useSession()
  return {
    items,
    shares,
    lasting,
    of: (taskId: MaybeRefOrGetter<string>) =>
      computed(() => items.value.filter((item) => item.subject === toValue(taskId))),
    start: () => void box().then((made) => made.start()),
    async send(taskId: string, title: string, payload: ReportInput, files: readonly File[]): Promise<void> {
      const owner = session.me?.person.id
      if (!owner) return
      const parts = await Promise.all(files.map(partOf))
      await (await box()).add(newItem({ owner, subject: taskId, title, payload }, parts))
    },
    retry: async (item: ReportLetter) => (await box()).retry(item),
    remove: async (item: ReportLetter) => (await box()).remove(item.id),
    hurry: async () => (await box()).hurry(),
  }
}
