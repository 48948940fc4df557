import { computed, ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { TaskDetail } from '@/api/types'
import { toast } from '@/lib/toast'
import { returnTask } from '../api'
import { usePartyOptions } from '../composables/usePartyOptions'
import { useKeptSubmit } from './useKeptSubmit'

/** Giving a part of one's unit back, perhaps with the unit that should have it. */
export function useReturn(props: { detail: TaskDetail }, close: () => void) {
  const { t } = useI18n()
  const mine = computed(() => props.detail.parties.filter((party) => party.may_return))
  const options = usePartyOptions(() => mine.value)
  const party = ref(mine.value[0]?.id ?? '')
  const reason = ref('')
  const proposed = ref('')
  const about = { chosen: party, among: () => mine.value.map((one) => one.id) }
  const form = useKeptSubmit(() => props.detail.task.id, 'return', { reason, proposed }, { about })
  form.follow({ reason, proposed_unit_id: proposed })

  async function submit(): Promise<void> {
    if (!reason.value.trim()) {
      form.errors.value = { reason: t('common.error.empty', { what: t('tasks.return.reason') }) }
      return
    }
    const { id, version } = props.detail.task
    const body = {
      version,
      party_id: party.value,
      reason: reason.value.trim(),
      ...(proposed.value ? { proposed_unit_id: proposed.value } : {}),
    }
    if (!(await form.submit((key) => returnTask(id, body, key)))) return
    toast(t('tasks.done.return'))
    close()
  }
  return { form, mine, options, party, reason, proposed, submit }
}
