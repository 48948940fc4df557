import { reactive, shallowRef, watch, type Ref } from 'vue'
import type { Urge } from '@/api/types'
import { withHeld } from '../model'

/** A list in which somebody writes: what others do meanwhile takes no urge out of it that is written in. `list` says which list it is. */
export function useHeld(urges: Readonly<Ref<readonly Urge[]>>, list: Readonly<Ref<unknown>>) {
  const held = reactive(new Set<string>())
  const shown = shallowRef(urges.value)
  const hold = (id: string, writes: boolean) => (writes ? held.add(id) : held.delete(id))
  watch(list, () => held.clear(), { flush: 'sync' })
  watch([urges, () => [...held]], () => (shown.value = withHeld(urges.value, shown.value, held)), { flush: 'sync' })
  return { shown, hold }
}
