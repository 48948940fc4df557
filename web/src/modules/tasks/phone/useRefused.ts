import { ref, type Ref } from 'vue'
import { filesOf, type LetterKind, type Payloads } from './letters'
import { useOutbox } from './outbox'

interface Form<K extends LetterKind> {
  kind: K
  /** Kept in its draft: the letter whose words stand there already, and may have been written on since. */
  letter: Ref<string>
  files?: Ref<File[]>
  put(payload: Payloads[K]): void
}

/**
 * What was refused goes back into the form that was opened for it, and stays in the outbox until what is made of it is there:
 * the form keeps its words, but not its photos.
 */
export function useRefused<K extends LetterKind>(asked: unknown, { kind, letter, files, put }: Form<K>) {
  const outbox = useOutbox()
  const why = ref('')
  let taken = ''
  async function take(id: string): Promise<void> {
    const item = await outbox.refused(id, kind)
    if (!item) return
    if (letter.value !== id) put(item.payload)
    letter.value = id
    if (files) files.value = [...filesOf(item), ...files.value]
    why.value = item.reason
    taken = id
  }
  const id = typeof asked === 'string' ? asked : letter.value
  if (id) void take(id)
  return {
    /** Why it was refused. */
    why,
    /** The new one is in the outbox. */
    replaced: async (): Promise<void> => {
      // Where it cannot be taken away it stands there once more, to be dropped.
      if (taken) await outbox.remove(taken).catch(() => undefined)
    },
  }
}
