import { computed, type Ref } from 'vue'
import type { RulesForm } from './useRulesDraft'
import type { VersionsView } from './versions'

/** Who looks at a page of rules. */
export interface RulesReader {
  person: string
  today: () => string
  /** Whether it is theirs to change them. */
  keeps: () => boolean
}
interface RulesQuery<V> {
  data: Readonly<Ref<V | undefined>>
  isPending: Readonly<Ref<boolean>>
  error: Readonly<Ref<unknown>>
  refetch: () => unknown
}
type FormOf<R> = RulesForm & { sheet: Ref<{ base: R; rules: object }> }

/** What every page of rules begins with: what holds, a change of it, and which of the two is shown. */
export function useRulesPage<V extends VersionsView<object>, F extends FormOf<V['rules']>>(
  query: RulesQuery<V>,
  change: (view: () => V | undefined, person: string, today: () => string) => F,
  reader: RulesReader,
) {
  type Shown = F['sheet']['value']['rules']
  const view = computed(() => query.data.value)
  const form = change(() => view.value, reader.person, reader.today)
  const editing = computed(() => reader.keeps() && form.editing.value)
  /** What stands in the fields; while nothing is changed, what holds. */
  const shown = computed(() => (editing.value ? form.sheet.value.rules : view.value?.rules) as Shown | undefined)
  /** What a change is measured by. */
  const base = computed<V['rules'] | undefined>(() => (editing.value ? form.sheet.value.base : view.value?.rules))
  /** For the frame. */
  const frame = computed(() => ({ form, query, today: reader.today(), keeps: reader.keeps() }))
  return { view, form, editing, shown, base, frame }
}
