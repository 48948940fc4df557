import { computed, ref, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Note } from '@/api/types'
import { uuid } from '@/lib/id'
import { explain, fieldErrors } from '@/lib/problems'
import { queryClient } from '@/lib/query'
import { toast } from '@/lib/toast'
import { correctNote, rateUnit } from '../api'
import { missing } from '../model'

/** A leader's note on a unit; a second one of the same day corrects the first. */
export function useUnitRating(unitId: string, note: Note | null, done: () => void) {
  const { t } = useI18n()
  const stars = ref(note?.stars ?? 0)
  const text = ref(note?.text ?? '')
  const busy = ref(false)
  const failed = ref('')
  const errors = ref<Record<string, string>>({})
  watch([stars, text], () => (errors.value = {}))
  const key = uuid()

  async function submit(): Promise<void> {
    const wrong = missing(stars.value, text.value, t)
    errors.value = wrong
    if (Object.keys(wrong).length) return
    busy.value = true
    failed.value = ''
    const words = { stars: stars.value, ...(text.value.trim() ? { text: text.value.trim() } : {}) }
    try {
      if (note) await correctNote(note.id, { ...words, version: note.version })
      else await rateUnit(unitId, words, key)
      toast(t(note ? 'talk.note.corrected' : 'talk.note.sent'))
      done()
    } catch (error) {
      errors.value = fieldErrors(error)
      failed.value = explain(error)
    } finally {
      busy.value = false
      void queryClient.invalidateQueries({ queryKey: ['unit-notes', unitId] })
    }
  }
  return {
    stars,
    text,
    busy,
    failed,
    errors,
    title: computed(() => t(note ? 'talk.note.correct' : 'talk.unit.rate')),
    submit,
  }
}
