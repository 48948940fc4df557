import { useQuery } from '@tanstack/vue-query'
import { computed, ref, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { onBeforeRouteLeave } from 'vue-router'
import { Problem } from '@/api/client'
import type { ReminderRule, ReminderRules, ReminderRulesView, ReminderTrial } from '@/api/types'
import { useDraft } from '@/lib/draft'
import { uuid } from '@/lib/id'
import { explain, fieldErrors } from '@/lib/problems'
import { queryClient } from '@/lib/query'
import { remember } from '@/lib/storage'
import * as api from './api'
import { changesBetween, monthsBefore, newRule, rebased } from './model'

const KEY = ['reminder-rules']
export const useReminderRules = () => useQuery({ queryKey: KEY, queryFn: api.readReminderRules })

const isView = (value: unknown): value is ReminderRulesView =>
  typeof value === 'object' && value !== null && 'in_force' in value && 'history' in value

interface Sheet {
  /** What was looked at when the change began. */
  version: number
  base: ReminderRules
  rules: ReminderRules
  reason: string
  from: string
  month: string
}
const NONE: ReminderRules = { rules: [], office: [] }
const EMPTY: Sheet = { version: -1, base: NONE, rules: NONE, reason: '', from: '', month: '' }

/**
 * A change of the rules: begun, tried on a past month, given a reason and a day, saved. Until then it is kept in this browser.
 * Where somebody was faster, the rules one changed are put upon theirs and have to be tried again.
 */
export function useReminderForm(view: () => ReminderRulesView | undefined, person: string, today: () => string) {
  const { t } = useI18n()
  const draft = `sbc.reminders.${person}`
  const sheet = ref<Sheet>({ ...EMPTY })
  const changes = computed(() => (editing.value ? changesBetween(sheet.value.base, sheet.value.rules) : []))
  const touched = () => sheet.value.version >= 0 && (changes.value.length > 0 || !!sheet.value.reason.trim())
  const editing = computed(() => sheet.value.version >= 0)
  const kept = useDraft(draft, sheet, () => !touched())
  const restored = ref(kept.restored)
  const busy = ref(false)
  const failed = ref('')
  const errors = ref<Record<string, string>>({})
  /** Who saved meanwhile. */
  const stale = ref('')
  const trial = ref<ReminderTrial | null>(null)
  const tried = ref('')
  let key = uuid()

  const asked = computed(() => JSON.stringify([sheet.value.rules, sheet.value.month]))
  const current = computed(() => !!trial.value && tried.value === asked.value)

  function begin(): void {
    const now = view()
    if (!now) return
    const month = monthsBefore(today())[0] ?? today()
    sheet.value = { version: now.version, base: now.rules, rules: now.rules, reason: '', from: today(), month }
    stale.value = ''
    restored.value = false
    drop(false)
  }
  function drop(closes = true): void {
    if (closes) sheet.value = { ...EMPTY }
    trial.value = null
    errors.value = {}
    failed.value = ''
    remember(draft, null)
  }
  function put(rules: ReminderRule[]): void {
    sheet.value = { ...sheet.value, rules: { ...sheet.value.rules, rules } }
    failed.value = ''
  }
  /** What was wrong with a rule that is being changed is asked anew at the next trial. */
  function change(index: number, rule: ReminderRule): void {
    put(sheet.value.rules.rules.map((one, at) => (at === index ? rule : one)))
    errors.value = Object.fromEntries(
      Object.entries(errors.value).filter(([name]) => !name.startsWith(`rules.${index}.`)),
    )
  }
  function add(): number {
    const rules = sheet.value.rules.rules
    put([...rules, newRule(rules, t('reminders.newName'))])
    return rules.length
  }
  function remove(index: number): void {
    put(sheet.value.rules.rules.filter((_, at) => at !== index))
    errors.value = {}
  }
  /** Others wrote a version: the rules changed here stay, all else is theirs. */
  function join(now: ReminderRulesView): void {
    stale.value = now.history[0]?.by?.name ?? t('rules.history.somebody')
    const rules = rebased(sheet.value.rules, sheet.value.base, now.rules)
    sheet.value = { ...sheet.value, version: now.version, base: now.rules, rules }
    trial.value = null
  }
  // What was kept from last time may be older than what holds now.
  watch(
    view,
    (now) => {
      if (now && restored.value && editing.value && now.version !== sheet.value.version) join(now)
      if (sheet.value.from && sheet.value.from < today()) sheet.value.from = today()
    },
    { immediate: true },
  )

  async function run<T>(ask: () => Promise<T>): Promise<T | null> {
    if (busy.value) return null
    busy.value = true
    failed.value = ''
    errors.value = {}
    try {
      return await ask()
    } catch (cause) {
      const problem = cause instanceof Problem ? cause : null
      if (problem && problem.status >= 400 && problem.status < 500) key = uuid()
      if (problem?.isStale && isView(problem.current)) {
        queryClient.setQueryData(KEY, problem.current)
        join(problem.current)
      } else {
        const fields = Object.entries(fieldErrors(cause))
        errors.value = Object.fromEntries(fields.map(([name, text]) => [name.replace(/^rules\./, ''), text]))
        failed.value = explain(cause)
      }
      return null
    } finally {
      busy.value = false
    }
  }
  /** The first rule that the server refuses. */
  const wrong = () => {
    const at = Object.keys(errors.value).map((name) => /^rules\.(\d+)\./.exec(name)?.[1])
    return at
      .filter((one) => one !== undefined)
      .map(Number)
      .sort((a, b) => a - b)[0]
  }

  async function tryOut(): Promise<void> {
    const now = asked.value
    const answer = await run(() => api.tryReminderRules(sheet.value.rules, sheet.value.month))
    if (!answer) return
    trial.value = answer
    tried.value = now
  }
  async function save(): Promise<string | null> {
    const { version, reason, from, rules } = sheet.value
    const missing: Record<string, string> = {}
    if (!reason.trim()) missing['reason'] = t('common.error.empty', { what: t('rules.draft.reason') })
    if (!from) missing['from_day'] = t('common.error.empty', { what: t('rules.draft.from') })
    else if (from < today()) missing['from_day'] = t('rules.draft.fromPast')
    errors.value = missing
    if (Object.keys(missing).length || !current.value) return null
    // Today is the server's, which a page that has been open since yesterday does not know.
    const later = from > today() ? { from_day: from } : {}
    const answer = await run(() => api.writeReminderRules({ rules, reason: reason.trim(), version, ...later }, key))
    if (!answer) return null
    key = uuid()
    drop()
    stale.value = ''
    queryClient.setQueryData(KEY, answer)
    void queryClient.invalidateQueries({ queryKey: ['reminders'] })
    return answer.history[0]?.from_day ?? from
  }

  onBeforeRouteLeave(() => {
    if (!touched()) return true
    // At once: what is said to be kept must be, however soon the page goes.
    remember(draft, sheet.value)
    return window.confirm(t('rules.draft.leave'))
  })

  return {
    sheet,
    editing,
    restored,
    busy,
    failed,
    errors,
    stale,
    trial,
    current,
    changes,
    touched,
    begin,
    drop,
    change,
    add,
    remove,
    wrong,
    tryOut,
    save,
  }
}
