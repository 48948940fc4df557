import { computed, ref, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Note, TaskDetail } from '@/api/types'
import { shortInstant } from '@/lib/dates'
import { toast } from '@/lib/toast'
import { useSession } from '@/modules/access'
import { useKeptSubmit } from '@/modules/tasks'
import { correctNote, rateTask } from '../api'
import { missing, ownNote } from '../model'

/** A leader's note on a task or on one of its reports; a second one of the same day corrects the first. */
export function useRating(props: { detail: TaskDetail; target?: string }, done: () => void) {
  const { t } = useI18n()
  const session = useSession()
  const asked = props.detail.talk.notes.find((note) => note.id === props.target)
  const subject = ref(asked ? (asked.report_id ?? '') : (props.target ?? ''))
  const subjects = computed(() => [
    { value: '', label: t('talk.note.whole') },
    ...props.detail.reports.slice(0, 10).map((report) => ({
      value: report.id,
      label: t('talk.note.report', { day: shortInstant(report.at, session.today), name: report.by.name }),
    })),
  ])
  const before = computed<Note | undefined>(() => ownNote(props.detail, subject.value || null))
  const stars = ref(0)
  const text = ref('')
  watch(
    subject,
    () => {
      stars.value = before.value?.stars ?? 0
      text.value = before.value?.text ?? ''
    },
    { immediate: true },
  )
  const form = useKeptSubmit(() => props.detail.task.id, `rate.${subject.value}`, { stars, text })
  form.follow({ stars, text: () => [text.value, stars.value] })

  async function submit(): Promise<void> {
    const errors = missing(stars.value, text.value, t)
    form.errors.value = errors
    if (Object.keys(errors).length) return
    const words = { stars: stars.value, ...(text.value.trim() ? { text: text.value.trim() } : {}) }
    const { id } = props.detail.task
    const known = before.value
    const answer = await form.submit((key) =>
      known
        ? correctNote(known.id, { ...words, version: known.version })
        : rateTask(id, { ...words, ...(subject.value ? { report_id: subject.value } : {}) }, key),
    )
    if (!answer) return
    toast(t(known ? 'talk.note.corrected' : 'talk.note.sent'))
    done()
  }
  return { form, subject, subjects, before, stars, text, submit }
}
