import { computed, ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { TaskDetail, WaitInput } from '@/api/types'
import { explain } from '@/lib/problems'
import { toast } from '@/lib/toast'
import { waitFor } from '../api'
import { waitable } from '../life'
import { dayIn } from '../composables/useDeadline'
import { useKeptSubmit } from './useKeptSubmit'

const OTHER = 'other'

/** Saying for whom a task waits: a party of it, or anybody else by name. */
export function useWait(props: { detail: TaskDetail }, close: () => void) {
  const { t } = useI18n()
  const parties = computed(() => waitable(props.detail))
  const on = ref(parties.value.length ? '' : OTHER)
  const name = ref('')
  const text = ref('')
  const day = ref('')
  const form = useKeptSubmit(() => props.detail.task.id, 'wait', { on, name, text, day })
  form.follow({ on_party_id: () => [on.value, name.value], on_name: name, text, expected_day: day })
  const options = computed(() => [
    ...parties.value.map((party) => ({ value: party.id, label: party.unit.short_name })),
    { value: OTHER, label: t('life.wait.other') },
  ])
  const named = computed(() => on.value === OTHER)

  async function submit(): Promise<void> {
    if (form.busy.value) return
    const faults: Record<string, string> = {}
    if (!on.value) faults['on_party_id'] = t('life.wait.need.who')
    if (named.value && !name.value.trim()) faults['on_name'] = t('life.wait.need.name')
    if (!text.value.trim()) faults['text'] = t('life.wait.need.text')
    form.errors.value = faults
    if (Object.keys(faults).length) return
    const input: WaitInput = { text: text.value.trim() }
    if (named.value) input.on_name = name.value.trim()
    else input.on_party_id = on.value
    form.busy.value = true
    try {
      input.expected_day = await dayIn(day.value)
      if (day.value.trim() && !input.expected_day) form.errors.value = { expected_day: t('life.say.noDay') }
    } catch (error) {
      form.failed.value = explain(error)
      return
    } finally {
      form.busy.value = false
    }
    if (form.errors.value['expected_day']) return
    if (!(await form.submit((key) => waitFor(props.detail.task.id, input, key)))) return
    toast(t('life.wait.done'))
    close()
  }
  return { form, on, name, text, day, options, named, submit }
}
