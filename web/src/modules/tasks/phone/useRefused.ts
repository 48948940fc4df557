import { ref, type Ref } from 'vue'
import { putBack, type ReportDraft } from '../acts/reportDraft'
import { filesOf } from './letters'
import { useOutbox } from './outbox'

/**
 * A report that was refused goes back into the form that was opened for it, and out of the outbox once the form has it.
 * Answers why it was refused.
 */
export function useRefused(id: unknown, draft: Ref<ReportDraft>, files: Ref<File[]>, keep: () => void) {
  const why = ref('')
  const outbox = useOutbox()
  async function take(letterId: string): Promise<void> {
    const letter = await outbox.refusedReport(letterId)
    if (!letter) return
    draft.value = putBack(letter.payload, draft.value)
    files.value = [...filesOf(letter), ...files.value]
    why.value = letter.reason
    keep()
    await outbox.remove(letter)
  }
  if (typeof id === 'string') void take(id)
  return why
}
