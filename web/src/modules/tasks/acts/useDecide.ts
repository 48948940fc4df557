import { computed, ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRoute, useRouter } from 'vue-router'
import type { Request, TaskDetail } from '@/api/types'
import { shortDay } from '@/lib/dates'
import { explain } from '@/lib/problems'
import { toast } from '@/lib/toast'
import { useSession } from '@/modules/access'
import { useWorkdays } from '@/modules/calendar'
import { decideRequest } from '../api'
import { decidable } from '../requests'
import { dayIn, useDeadline } from '../composables/useDeadline'
import { useOnward } from '../composables/useOnward'
import { useSubmit } from '../composables/useSubmit'
import { keepFields } from './useKeptSubmit'

export interface Deciding {
  detail: TaskDetail
  target?: string
}

/** What is decided about one request, and in which words. */
interface Decision {
  yes: 'grant' | 'refuse'
  text: string
  day: string
  unit: string
}
const offered = (request?: Request): Decision => ({
  yes: 'grant',
  text: '',
  day: request?.new_day ?? '',
  unit: request?.proposed_unit?.id ?? '',
})

/** Granting or refusing a request of any kind but a return and a closing. */
export function useDecide(props: Deciding, close: () => void) {
  const { t } = useI18n()
  const session = useSession()
  const route = useRoute()
  const router = useRouter()
  const waiting = computed(() => decidable(props.detail))
  /** What was begun, by request: words about one are never those about another. */
  const begun = ref<Record<string, Decision>>({})
  const kept = keepFields(`${props.detail.task.id}.decide`, { begun })
  const open = waiting.value.map((one) => one.id)
  begun.value = Object.fromEntries(Object.entries(begun.value).filter(([id]) => open.includes(id)))
  /** The one that was asked for, or else the one somebody has begun with. */
  const first = [props.target, ...open.filter((id) => begun.value[id]), ...open].find((id) => id && open.includes(id))
  const chosen = ref(first ?? props.target ?? '')
  const request = computed(() => props.detail.requests.find((one) => one.id === chosen.value))
  const decision = computed({
    get: () => begun.value[chosen.value] ?? offered(request.value),
    set: (now) => {
      const others = Object.entries(begun.value).filter(([id]) => id !== chosen.value)
      const asOffered = JSON.stringify(now) === JSON.stringify(offered(request.value))
      begun.value = Object.fromEntries(asOffered ? others : [...others, [chosen.value, now]])
    },
  })
  const part = <K extends keyof Decision>(key: K) =>
    computed({
      get: () => decision.value[key],
      set: (value: Decision[K]) => (decision.value = { ...decision.value, [key]: value }),
    })
  const yes = part('yes')
  const text = part('text')
  const day = part('day')
  const unit = part('unit')
  const sending = useSubmit(() => props.detail.task.id)
  const form = { ...sending, restored: !!begun.value[chosen.value] }
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
    decision.value = offered(request.value)
    kept.keep()
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
