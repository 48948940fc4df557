import { computed, reactive, ref, shallowRef, toValue, watch, type MaybeRefOrGetter } from 'vue'
import { Problem } from '@/api/client'
import type { ReportInput } from '@/api/types'
import { i18n } from '@/i18n'
import { line } from '@/lib/offline'
import { createOutbox, newItem, openStore, partOf, type OutboxItem } from '@/lib/outbox'
import { explain } from '@/lib/problems'
import { toast } from '@/lib/toast'
import { useSession } from '@/modules/access'
import { tasksChanged } from '../composables/useTasks'
import { again, deliverLetter, isRefused, kindOf, targetOf } from './letters'
import type { Letter, LetterKind, Payload, Payloads } from './letters'

const letters = shallowRef<Letter[]>([])
const shares = reactive<Record<string, number>>({})
const lasting = ref(true)
const t = (key: string, values: Record<string, unknown> = {}) => i18n.global.t(key, values)
/** How long one looks at a form before it is left to the outbox; without a line nobody waits. */
const patience = () => (line.down || !navigator.onLine ? 300 : 6000)
type Box = ReturnType<typeof createOutbox>
let opening: Promise<Box> | null = null

function box(): Promise<Box> {
  opening ??= openStore().then(({ store, lasting: safe }) => {
    lasting.value = safe
    const session = useSession()
    const changed = () => void made.mine().then((list) => (letters.value = list as Letter[]))
    const made: Box = createOutbox({
      store,
      deliver: deliverLetter,
      owner: () => session.me?.person.id ?? null,
      changed,
      progress: (id, share) => (shares[id] = share),
      sent: (item, awaited) => {
        if (!awaited) toast(t(doneWords(item.payload as Payload)))
        tasksChanged(item.subject)
      },
      tooOld: () => t('phone.outbox.tooOld'),
      say: (error) => {
        const status = error instanceof Problem ? error.status : -1
        if (status === 0) return t('phone.outbox.offline')
        return status === 401 ? t('phone.outbox.signIn') : explain(error)
      },
    })
    watch(() => session.me?.person.id, changed)
    return made
  })
  return opening
}

/** What is said once it has arrived, each as where it is not sent from here. */
function doneWords(payload: Payload): string {
  if (payload.what === 'urge' && payload.method === 'call') return 'progress.call.sent'
  return {
    report: 'phone.outbox.delivered',
    comment: 'talk.comment.sent',
    sign: 'tasks.done.sign',
    reply: 'supervision.replied',
    urge: 'supervision.sent',
  }[kindOf(payload)]
}
const whatOf = (payload: Payload) => t(`phone.outbox.what.${kindOf(payload)}`)

/** What was written on this phone and where each of them is. */
export function useOutbox() {
  const session = useSession()
  /** Of whoever is here: a list that was read for another is none. */
  const items = computed(() => letters.value.filter(({ owner }) => owner === session.me?.person.id))
  async function make(subject: string, title: string, payload: Payload, files: readonly File[]): Promise<OutboxItem> {
    const owner = session.me?.person.id
    if (!owner) throw new Problem(401)
    return newItem({ owner, subject, title, payload }, await Promise.all(files.map(partOf)))
  }
  async function put(subject: string, title: string, payload: Payload, files: readonly File[]): Promise<void> {
    await (await box()).add(await make(subject, title, payload, files))
    toast(t(navigator.onLine ? 'phone.outbox.going' : 'phone.outbox.kept', { what: whatOf(payload) }))
  }
  /** Puts it in and waits a little: a refusal is thrown, and the form shows it; what takes longer goes on by itself. */
  async function hand(subject: string, title: string, payload: Payload, files: readonly File[] = []): Promise<unknown> {
    const outcome = await make(subject, title, payload, files)
      .then(async (item) => (await box()).hand(item, patience()))
      .catch((error: unknown) => {
        // What is no answer of the server's is the store's: it has no room.
        throw error instanceof Problem ? error : new Problem(413, { detail: t('phone.outbox.noRoom') })
      })
    if (!outcome.kept) toast(t(doneWords(payload)))
    else
      toast(t(line.down || !navigator.onLine ? 'phone.outbox.kept' : 'phone.outbox.going', { what: whatOf(payload) }))
    return outcome.kept ? outcome : outcome.answer
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
    sendComment: (taskId: string, title: string, payload: Omit<Payloads['comment'], 'what'>, files: readonly File[]) =>
      put(taskId, title, { ...payload, what: 'comment' }, files),
    hand,
    /** Whether such a thing has been written already and has not arrived. */
    waits: (taskId: string, kind: LetterKind, target?: string) =>
      items.value.some(
        ({ subject, payload, state }) =>
          subject === taskId &&
          state !== 'sent' &&
          state !== 'failed' &&
          kindOf(payload) === kind &&
          targetOf(payload) === target,
      ),
    /** Asked of the store: a page that is opened by its address has no list yet. */
    refused: async <K extends LetterKind>(id: string, kind: K) => {
      const item = ((await (await box()).mine()) as Letter[]).find((one) => one.id === id)
      return item && isRefused(item, kind) ? item : undefined
    },
    retry: async (item: Letter) => (await box()).retry({ ...item, payload: again(item.payload) }),
    remove: async (id: string) => (await box()).remove(id),
    hurry: async () => (await box()).hurry(),
  }
}
