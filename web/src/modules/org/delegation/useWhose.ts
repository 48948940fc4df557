import { computed } from 'vue'
import { useRoute } from 'vue-router'
import { mark } from '@/lib/marks'
import { useSession } from '@/modules/access'
import { useDelegations } from './useDelegations'

/** Whose delegations a page shows: one's own; administrators come for others, too (`?of=` their id), whose name the server says. */
export function useWhose() {
  const me = useSession().me?.person.id
  const { of: id } = useRoute().query
  const person = id && id !== me ? String(id) : undefined
  const { query } = useDelegations(person ?? me ?? '')
  const name = computed(() => (person && query.data.value ? mark('：') + query.data.value.person.name : ''))
  return { person, name }
}
