import { reactive } from 'vue'
import { useI18n } from 'vue-i18n'
import { Problem } from '@/api/client'
import type { Message } from '@/api/types'
import { explain } from '@/lib/problems'
import { queryClient } from '@/lib/query'
import { toast } from '@/lib/toast'
import { useMarkRead } from '@/modules/notify'
import { acknowledge } from '../api'

/** Occasions that this page has settled, until the lists say so: one acknowledgement is for all messages of an occasion. */
const settled = reactive(new Set<string>())

/** Says that a reminder was taken note of. It counts at once; where it could not be said, it is taken back. */
export function useAcknowledge() {
  const { t } = useI18n()
  const mark = useMarkRead()
  const open = ({ occurrence_id, acked_at }: Message) => !!occurrence_id && !acked_at && !settled.has(occurrence_id)

  async function note(message: Message): Promise<void> {
    const occasion = message.occurrence_id
    if (!occasion || settled.has(occasion)) return
    settled.add(occasion)
    try {
      await acknowledge(message.id)
      toast(t('talk.inbox.noted'))
    } catch (error) {
      // Somebody was faster, or the matter is dealt with: nothing is left to be acknowledged.
      const over = error instanceof Problem && error.status === 409
      if (!over) settled.delete(occasion)
      toast(explain(error), !over)
      if (!over) return
    }
    if (!message.read_at) mark.mutate({ ids: [message.id] })
    if (message.task_id)
      for (const what of ['reminders', 'timeline'])
        void queryClient.invalidateQueries({ queryKey: [what, message.task_id] })
  }
  return { open, note }
}
