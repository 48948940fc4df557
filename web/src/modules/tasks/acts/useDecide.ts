import { computed, ref, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRoute, useRouter } from 'vue-router'
import type { TaskDetail } from '@/api/types'
import { shortDay } from '@/lib/dates'
import { explain } from '@/lib/problems'
import { toast } from '@/lib/toast'
import { useSession } from '@/modules/access'
import { useWorkdays } from '@/modules/calendar'
import { decideRequest } from '../api'
import { decidable } from '../requests'
import { dayIn, useDeadline } from '../composables/useDeadline'
import { useOnward } from '../composables/useOnward'
import { useKeptSubmit } from './useKeptSubmit'

export interface Deciding {
  detail: TaskDetail
  target?: string
}

/** Granting or refusing a request of any kind but a return and a closing. */
export function useDecide(props: Deciding, close: () => void) {
  const { t } = useI18n()
  const session = useSession()
  const route = useRoute()
  const router = useRouter()
  const waiting = computed(() => decidable(props.detail))
  const first = waiting.value.find((one) => one.id === props.target) ?? waiting.value[0]
  const chosen = ref(first?.id ?? props.target ?? '')
  const request = computed(() => props.detail.requests.find((one) => one.id === chosen.value))
  const yes = ref<'grant' | 'refuse'>('grant')
  const text = ref('')
  const day = ref(first?.new_day ?? '')
  const unit = ref(first?.proposed_unit?.id ?? '')
  const form = useKeptSubmit(() => props.detail.task.id, `decide.${first?.id}`, { yes, text, day, unit })
  watch(chosen, () => {
    yes.value = 'grant'
    text.value = ''
    day.value = request.value?.new_day ?? ''
    unit.value = request.value?.proposed_unit?.id ?? ''
  })
  form.follow({
    text: () => [text.value, yes.value],
    new_day: () => [day.value, yes.value],
    unit_id: () => [unit.value, yes.value],
  })
  const choices = computed(() =>
    (['grant', 'refuse'] as const).map((value) => ({ value, label: t(`requests.decide.${value}`) })),
  )
  const mustSay = computed(() => yes.value === 'refuse')
  const may = computed(() => !!request.value?.may_decide)

  const onward = useOnward(props, request)
  const grants = computed(() => yes.value === 'grant' && !!request.value)
  /** Another day or unit is for whoever decides last. */
  const asksDay = computed(() => grants.value && request.value?.kind === 'extend' && !onward.value)
  const asksUnit = computed(() => grants.value && request.value?.kind === 'transfer' && !onward.value)

  const due = computed(() => props.detail.task.due_day ?? '')
  const { reading } = useDeadline(day, due)
  const workdays = useWorkdays(() => due.value || session.today)
  const gained = computed(() => {
    const to = reading.value?.day
    if (!asksDay.value || !day.value.trim() || !to || !due.value) return ''
    const now = { day: shortDay(due.value, session.today) }
    if (to <= due.value) return t('requests.notLater', now)
    const n = workdays.until(to)
    return n === null ? '' : t('requests.gained', { n, ...now })
  })
  /** Working days between the day that holds now and the one that was asked for. */
  const asked = computed(() => {
    const { kind, new_day } = request.value ?? {}
    return kind === 'extend' && new_day && due.value ? workdays.until(new_day) : null
  })

  async function submit(): Promise<void> {
    const { id } = request.value ?? {}
    if (!id || form.busy.value) return
    const errors: Record<string, string> = {}
    if (mustSay.value && !text.value.trim())
      errors['text'] = t('common.error.empty', { what: t('requests.decide.text') })
    if (asksDay.value && !day.value.trim()) errors['new_day'] = t('requests.need.new_day')
    if (asksUnit.value && !unit.value) errors['unit_id'] = t('requests.need.unit_id')
    form.errors.value = errors
    if (Object.keys(errors).length) return
    let granted: string | null = null
    if (asksDay.value) {
      form.busy.value = true
      form.failed.value = ''
      granted = await dayIn(day.value, due.value).catch((error: unknown) => {
        form.failed.value = explain(error)
        return ''
      })
      if (granted === null) form.errors.value = { new_day: t('requests.noDay') }
      form.busy.value = false
      if (!granted) return
    }
    const body = {
      decision: yes.value,
      ...(text.value.trim() ? { text: text.value.trim() } : {}),
      ...(granted ? { new_day: granted } : {}),
      ...(asksUnit.value ? { unit_id: unit.value } : {}),
    }
    const amends = grants.value && request.value?.kind === 'amend' && props.detail.can.includes('edit')
    if (!(await form.submit((key) => decideRequest(id, body, key)))) return
    toast(t('requests.done.decide'))
    if (amends) await change()
    else close()
  }
  /** What was agreed to is written into the task at once: nothing would call for it later. A form of its own is not come back to. */
  async function change(): Promise<void> {
    const to = { name: 'edit', params: { id: props.detail.task.id } }
    await (route.name === 'act' ? router.replace(to) : router.push(to))
  }

  return {
    form,
    waiting,
    chosen,
    request,
    yes,
    text,
    day,
    unit,
    choices,
    mustSay,
    may,
    onward,
    asksDay,
    asksUnit,
    due,
    gained,
    asked,
    submit,
  }
}
