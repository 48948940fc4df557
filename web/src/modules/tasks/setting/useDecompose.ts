import { computed, ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { onBeforeRouteLeave } from 'vue-router'
import { plain } from '@/lib/numbers'
import { useSession } from '@/modules/access'
import { descendants, useUnits } from '@/modules/org'
import { explain } from '@/lib/problems'
import { readParties, setChildren } from '../api'
import { childrenInput, unknown, withKnown, type ChildRow } from './breakdown'
import { useBreakdown } from './useBreakdown'
import { DECIMALS } from './weights'
import { useSubmit } from '../composables/useSubmit'
import { useTask } from '../composables/useTasks'

/** The page of a decomposition without its look: the rows, what is wrong with them, saving. */
export function useDecompose(id: string) {
  const { t } = useI18n()
  const session = useSession()
  const units = useUnits()
  const task = useTask(id)
  const detail = computed(() => task.data.value)
  const sending = useSubmit(() => id)
  const plan = useBreakdown(`sbc.breakdown.${session.me?.person.id}.${id}`, () => detail.value, sending.conflict)
  const cells = ref<Record<string, string>>({})

  /** A draft goes out with what is below it; of a task that is out only the drafts below it go. */
  const action = computed(() => (detail.value?.task.state === 'draft' ? 'submit' : 'dispatch_children'))
  const sends = computed(() =>
    action.value === 'submit'
      ? !!detail.value?.can.includes('submit')
      : plan.counted.value.some((row) => row.locked === null),
  )

  const below = computed(() => descendants(units.data.value ?? [], session.me?.unit?.id ?? ''))
  const unitOf = (row: ChildRow) => row.lead || detail.value?.task.lead?.unit.id || ''
  /** The unit whose handler one may name in this row; none where the unit names its own. */
  const handlersOf = (row: ChildRow) => (below.value.has(unitOf(row)) ? unitOf(row) : '')

  const fault = (row: ChildRow, name: string) => cells.value[`${row.key}.${name}`]
  function touch(row: ChildRow, name: string): void {
    cells.value = { ...cells.value, [`${row.key}.${name}`]: '' }
    plan.change()
  }

  /** As what its units take part stands in the draft itself, not in the list. */
  async function know(row: ChildRow): Promise<boolean> {
    if (row.known || !row.id) return true
    try {
      Object.assign(row, withKnown(row, await readParties(row.id)))
      return true
    } catch (error) {
      sending.failed.value = explain(error)
      return false
    }
  }
  async function save(): Promise<boolean> {
    if (!detail.value) return false
    if (!plan.touched.value) return true
    sending.failed.value = ''
    const untitled = plan.counted.value.filter((row) => !row.title.trim())
    cells.value = Object.fromEntries(untitled.map((row) => [`${row.key}.title`, t('tasks.breakdown.needTitle')]))
    if (untitled.length) return false
    if (plan.counted.value.length && !plan.complete.value) {
      sending.failed.value = t('tasks.breakdown.needHundred', { n: plain(plan.sum.value, DECIMALS) })
      return false
    }
    const heir = detail.value.task.lead?.unit.id
    for (const row of plan.rows.value.filter((one) => unknown(one, heir))) if (!(await know(row))) return false
    const answer = await sending.submit(() =>
      setChildren(id, plan.version.value, childrenInput(plan.rows.value, detail.value?.task)),
    )
    if (!answer) {
      cells.value = plan.cellErrors(sending.errors.value)
      return false
    }
    plan.fill(answer)
    return true
  }
  onBeforeRouteLeave(() => !plan.touched.value || window.confirm(t('tasks.breakdown.leave')))

  return { task, detail, sending, plan, cells, action, sends, handlersOf, fault, touch, know, save }
}
