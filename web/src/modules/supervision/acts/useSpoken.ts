import { computed, ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Urge } from '@/api/types'
import { toast } from '@/lib/toast'
import { useKeptSubmit } from '@/modules/tasks'
import { recordSpokenReply } from '../api'
import { useStanding } from './useStanding'

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
  const part = (name: keyof Spoken) =>
    computed({ get: () => answer.value[name], set: (said) => (answer.value = { ...answer.value, [name]: said }) })
  const [person, text] = [part('person'), part('text')]
  const form = useKeptSubmit(() => urge().task_id, `spoken.${urge().id}`, { person, text }, { typed: ['text'] })
  form.follow({ person_id: person, text })
  const { over, note } = useStanding(form, () => urge().may_record, 'spoken.record')

  async function record(): Promise<void> {
    const said = text.value.trim()
    const errors: Record<string, string> = {}
    if (!person.value) errors['person_id'] = t('common.error.empty', { what: t('supervision.spoken.who') })
    if (!said) errors['text'] = t('common.error.empty', { what: t('supervision.spoken.text') })
    if (Object.keys(errors).length) {
      form.errors.value = errors
      return
    }
    form.settle()
    if (!(await form.submit((key) => recordSpokenReply(urge().id, { person_id: person.value, text: said }, key))))
      return
    toast(t('supervision.spoken.sent'))
    done()
  }
  return { form, answer, over, note, record }
}
