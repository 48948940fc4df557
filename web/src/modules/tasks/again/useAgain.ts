import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, onBeforeUnmount, ref, watch } from 'vue'
import type { MadeTasks } from '@/api/types'
import { fieldErrors } from '@/lib/problems'
import { useSession } from '@/modules/access'
import { useSubmit } from '../composables/useSubmit'
import * as api from './api'
import { againDates, chosenOf, emptyAgain, openPlaces } from './model'

/** Sets the same work again, from a task or from a template: what it would make is shown while one chooses. */
export function useAgain(source: { kind: 'copy' | 'template'; id: string }) {
  const session = useSession()
  const form = ref(emptyAgain(session.today))
  const sending = useSubmit(() => (source.kind === 'copy' ? source.id : ''))
  const made = ref<MadeTasks | null>(null)
  const copy = () => {
    const { below, files, same_matter } = form.value
    return { ...againDates(form.value), below, files, same_matter }
  }
  const use = () => ({ ...againDates(form.value), chosen: chosenOf(form.value.chosen) })
  const body = computed(() => (source.kind === 'copy' ? copy() : use()))

  /** Words are read when one has stopped typing. */
  const asked = ref(body.value)
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(body, (now) => {
    clearTimeout(timer)
    timer = setTimeout(() => (asked.value = now), 300)
  })
  onBeforeUnmount(() => clearTimeout(timer))
  const preview = useQuery({
    queryKey: computed(() => ['again', source.kind, source.id, asked.value]),
    queryFn: () =>
      source.kind === 'copy' ? api.previewCopy(source.id, asked.value) : api.previewTemplate(source.id, asked.value),
    placeholderData: keepPreviousData,
    retry: false,
  })
  const tasks = computed(() => preview.data.value?.tasks ?? [])
  /** Places that are open from the beginning: they stay in the form once they are filled. */
  const first = ref<ReturnType<typeof openPlaces>>([])
  watch(tasks, (now) => {
    const known = new Set(first.value.map((one) => one.key))
    first.value = [...first.value, ...openPlaces(now).filter((one) => !known.has(one.key))]
  })
  const faults = computed(() => ({ ...fieldErrors(preview.error.value), ...sending.errors.value }))

  async function submit(): Promise<MadeTasks | null> {
    const answer = await sending.submit((key) =>
      source.kind === 'copy' ? api.copyTask(source.id, copy(), key) : api.applyTemplate(source.id, use(), key),
    )
    if (answer) made.value = answer
    return answer
  }
  return { form, sending, preview, tasks, places: first, faults, made, submit }
}
