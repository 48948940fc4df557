import { computed, type Ref } from 'vue'
import type { Request, TaskDetail } from '@/api/types'
import { chainOf } from '../requests'
import { useRules } from './useRules'

/** Who has to agree to a request after this person; nobody where it takes effect at once. */
export function useOnward(props: { detail: TaskDetail }, request: Ref<Request | undefined>) {
  const rules = useRules()
  return computed(() => {
    const known = rules.data.value?.rules
    if (!request.value?.passes_on || !known) return null
    const chain = chainOf(request.value.kind, props.detail.task.importance, known)
    return chain === 'issuer' ? null : chain
  })
}
