import { computed, ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Urge } from '@/api/types'
import { toast } from '@/lib/toast'
import { useKeptSubmit } from '@/modules/tasks'
import { recordSpokenReply } from '../api'

/** What somebody answered on the telephone. */
export interface Spoken {
  /** Who answered. */
  person: string
  text: string
}

/** Writing down in a thread what was answered on the telephone. */
export function useSpoken(urge: () => Urge, done: () => void) {
  const { t } = useI18n()
  const answer = ref<Spoken>({ person: '', text: '' })
  const text = computed({
    get: () => answer.value.text,
    set: (said) => (answer.value = { ...answer.value, text: said }),
  })
  const form = useKeptSubmit(() => urge().task_id, `spoken.${urge().id}`, { text })

  async function record(): Promise<void> {
    const { person, text: said } = answer.value
    if (!said.trim()) {
      form.errors.value = { text: t('common.error.empty', { what: t('supervision.spoken.text') }) }
      return
    }
    if (!(await form.submit((key) => recordSpokenReply(urge().id, { person_id: person, text: said.trim() }, key))))
      return
    toast(t('supervision.spoken.sent'))
    done()
  }
  return { form, answer, record }
}
