import { computed, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'

/** What may be written in a thread, by its words below `supervision`. */
type Writing = 'spoken.record' | 'again.ask'

/** Others go on while one writes in a thread: whether it is too late for what is being written, and the line that says so. */
export function useStanding(
  form: { busy: Readonly<Ref<boolean>>; conflict: Readonly<Ref<unknown>> },
  may: () => boolean,
  writing: Writing,
) {
  const { t } = useI18n()
  // Once it is sent, one's own words may be what ended it.
  const over = computed(() => !form.busy.value && !may())
  const note = computed(() => {
    if (form.conflict.value) return t('supervision.stale')
    return over.value ? t('supervision.over', { what: t(`supervision.${writing}`) }) : ''
  })
  return { over, note }
}
