import { computed, ref, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import type { TaskDetail } from '@/api/types'
import { toast } from '@/lib/toast'
import { assignHandler } from '../api'
import { usePartyOptions } from '../composables/usePartyOptions'
import { useSubmit } from '../composables/useSubmit'

/** Naming the person who handles a part of the task. */
export function useAssign(props: { detail: TaskDetail; target?: string }, close: () => void) {
  const { t } = useI18n()
  const form = useSubmit(() => props.detail.task.id)
  const choices = computed(() => props.detail.parties.filter((party) => party.may_assign))
  const options = usePartyOptions(() => choices.value)
  const partyId = ref(props.target ?? choices.value[0]?.id ?? '')
  const party = computed(() => props.detail.parties.find((one) => one.id === partyId.value))
  const person = ref(party.value?.person?.id ?? '')
  form.follow({ person_id: person })
  watch(partyId, () => (person.value = party.value?.person?.id ?? ''))

  async function submit(): Promise<void> {
    if (!person.value) {
      form.errors.value = { person_id: t('common.error.empty', { what: t('tasks.assign.person') }) }
      return
    }
    const { id, version } = props.detail.task
    const body = { version, party_id: partyId.value, person_id: person.value }
    if (!(await form.submit(() => assignHandler(id, body)))) return
    toast(t('tasks.done.assign'))
    close()
  }
  return { form, options, partyId, party, person, submit }
}
