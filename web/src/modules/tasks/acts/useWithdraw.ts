import { computed, ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { TaskDetail } from '@/api/types'
import { toast } from '@/lib/toast'
import { withdrawRequest } from '../api'
import { withdrawable } from '../requests'
import { useSubmit } from '../composables/useSubmit'

/** Taking back what one has asked for. */
export function useWithdraw(props: { detail: TaskDetail; target?: string }, close: () => void) {
  const { t } = useI18n()
  const form = useSubmit(() => props.detail.task.id)
  const mine = computed(() => withdrawable(props.detail))
  const chosen = ref(props.target ?? mine.value[0]?.id ?? '')
  const request = computed(() => props.detail.requests.find((one) => one.id === chosen.value))
  const options = computed(() =>
    mine.value.map((one) => ({ value: one.id, label: t(`words.requestKind.${one.kind}`) })),
  )
  async function submit(): Promise<void> {
    if (!(await form.submit((key) => withdrawRequest(chosen.value, key)))) return
    toast(t('requests.done.withdraw'))
    close()
  }
  return { form, options, chosen, request, submit }
}
