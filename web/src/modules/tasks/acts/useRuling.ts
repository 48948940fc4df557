import { computed, ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { TaskDetail } from '@/api/types'
import { toast } from '@/lib/toast'
import { ruleReturn } from '../api'
import { openRequest } from '../duties'
import { useOnward } from '../composables/useOnward'
import { useKeptSubmit } from './useKeptSubmit'

/** Ruling on a return: another unit takes the part over, or it stays where it is. */
export function useRuling(props: { detail: TaskDetail; target?: string }, close: () => void) {
  const { t } = useI18n()
  const request = computed(() => openRequest(props.detail, 'return', props.target))
  const onward = useOnward(props, request)
  const party = computed(() => props.detail.parties.find((one) => one.id === request.value?.party_id))
  const decision = ref<'reassign' | 'uphold'>(request.value?.proposed_unit ? 'reassign' : 'uphold')
  const unit = ref(request.value?.proposed_unit?.id ?? '')
  const reason = ref('')
  const name = `rule.${request.value?.id}`
  const form = useKeptSubmit(() => props.detail.task.id, name, { decision, unit, reason })
  form.follow({ unit_id: () => [unit.value, decision.value], reason })

  async function submit(): Promise<void> {
    const errors: Record<string, string> = {}
    if (decision.value === 'reassign' && !unit.value)
      errors['unit_id'] = t('common.error.empty', { what: t('tasks.ruling.unit') })
    if (!reason.value.trim()) errors['reason'] = t('common.error.empty', { what: t('tasks.ruling.reason') })
    form.errors.value = errors
    const id = request.value?.id
    if (Object.keys(errors).length || !id) return
    const body = {
      decision: decision.value,
      reason: reason.value.trim(),
      ...(decision.value === 'reassign' ? { unit_id: unit.value } : {}),
    }
    if (!(await form.submit((key) => ruleReturn(id, body, key)))) return
    toast(t('tasks.done.rule'))
    close()
  }
  return { form, request, onward, party, decision, unit, reason, submit }
}
