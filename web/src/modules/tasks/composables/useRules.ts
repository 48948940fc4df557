import { useQuery } from '@tanstack/vue-query'
import { computed, ref, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { onBeforeRouteLeave } from 'vue-router'
import { Problem } from '@/api/client'
import type { TaskRules, TaskRulesPreview, TaskRulesVersion, TaskRulesView } from '@/api/types'
import { useDraft } from '@/lib/draft'
import { uuid } from '@/lib/id'
import { explain, fieldErrors } from '@/lib/problems'
import { queryClient } from '@/lib/query'
import { remember } from '@/lib/storage'
import * as api from '../api'
import { changesBetween, rebased, ruleFaults, RULES, type NumberKey, type RuleDraft } from '../rules'
import { tasksChanged } from './useTasks'

const KEY = ['task-rules']
export const useRules = () => useQuery({ queryKey: KEY, queryFn: api.readRules })

const isView = (value: unknown): value is TaskRulesView =>
  typeof value === 'object' && value !== null && 'in_force' in value && 'history' in value

interface Sheet {
  /** What was looked at when the change began. */
  version: number
  base: TaskRules
  rules: RuleDraft
  reason: string
  from: string
}
const EMPTY: Sheet = { version: -1, base: {} as TaskRules, rules: {} as RuleDraft, reason: '', from: '' }

/**
 * A change of the rules: begun, tried, given a reason and a day, saved. Until then it is kept in this browser. Where somebody
 * was faster, one's own numbers are put upon theirs and have to be tried again.
 */
export function useRuleForm(view: () => TaskRulesView | undefined, person: string, today: () => string) {
  const { t } = useI18n()
  const draft = `sbc.rules.${person}`
  const sheet = ref<Sheet>({ ...EMPTY })
  const touched = () => sheet.value.version >= 0 && (changes.value.length > 0 || !!sheet.value.reason.trim())
  const kept = useDraft(draft, sheet, () => !touched())
  const restored = ref(kept.restored)
  const editing = computed(() => sheet.value.version >= 0)
  const busy = ref(false)
  const failed = ref('')
  const refused = ref<Record<string, string>>({})
  const stale = ref<TaskRulesVersion[] | null>(null)
  const trial = ref<TaskRulesPreview | null>(null)
  const tried = ref('')
  let key = uuid()

  const numbers = computed(() => JSON.stringify(sheet.value.rules))
  const current = computed(() => !!trial.value && tried.value === numbers.value)
  const changes = computed(() => (editing.value ? changesBetween(sheet.value.base, rulesOf(sheet.value)) : []))
  const faults = computed<Record<string, string>>(() => {
    if (!editing.value) return {}
    const found = Object.entries(ruleFaults(sheet.value.rules)).map(([name, fault]) => {
      const { least, most } = RULES[name as NumberKey]
      return [name, t(`rules.fault.${fault}`, { least, most })]
    })
    return { ...refused.value, ...(Object.fromEntries(found) as Record<string, string>) }
  })
  watch(numbers, () => {
    refused.value = Object.fromEntries(
      Object.entries(refused.value).filter(([name]) => /^(reason|from_day)$/.test(name)),
    )
    failed.value = ''
  })
  watch(
    () => [sheet.value.reason, sheet.value.from],
    () => (refused.value = {}),
  )

  function begin(): void {
    const now = view()
    if (!now) return
    sheet.value = { version: now.version, base: now.rules, rules: { ...now.rules }, reason: '', from: today() }
    stale.value = null
    restored.value = false
    drop(false)
  }
  function drop(closes = true): void {
    if (closes) sheet.value = { ...EMPTY }
    trial.value = null
    refused.value = {}
    failed.value = ''
    remember(draft, null)
  }
  /** Others wrote a version: what was changed here stays, all else is theirs. */
  function join(now: TaskRulesView): void {
    const seen = sheet.value.version
    stale.value = now.history.filter((one) => one.version > seen)
    const rules = rebased(rulesOf(sheet.value), sheet.value.base, now.rules)
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
    refused.value = {}
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
        refused.value = Object.fromEntries(fields.map(([name, text]) => [name.replace(/^rules\./, ''), text]))
        failed.value = explain(cause)
      }
      return null
    } finally {
      busy.value = false
    }
  }

  const wrong = () => Object.keys(ruleFaults(sheet.value.rules)).length > 0
  async function tryOut(): Promise<void> {
    if (wrong() || !changes.value.length) return
    const asked = numbers.value
    const answer = await run(() => api.tryRules(rulesOf(sheet.value)))
    if (!answer) return
    trial.value = answer
    tried.value = asked
  }
  async function save(): Promise<string | null> {
    const { version, reason, from } = sheet.value
    const errors: Record<string, string> = {}
    if (!reason.trim()) errors['reason'] = t('common.error.empty', { what: t('rules.draft.reason') })
    if (!from) errors['from_day'] = t('common.error.empty', { what: t('rules.draft.from') })
    else if (from < today()) errors['from_day'] = t('rules.draft.fromPast')
    refused.value = errors
    if (wrong() || Object.keys(errors).length || !current.value) return null
    // Today is the server's, which a page that has been open since yesterday does not know.
    const later = from > today() ? { from_day: from } : {}
    const input = { rules: rulesOf(sheet.value), reason: reason.trim(), version, ...later }
    const answer = await run(() => api.writeRules(input, key))
    if (!answer) return null
    key = uuid()
    drop()
    stale.value = null
    queryClient.setQueryData(KEY, answer)
    // Lamps follow in the background; whatever shows them asks again.
    tasksChanged()
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
    faults,
    stale,
    trial,
    current,
    changes,
    touched,
    begin,
    drop,
    tryOut,
    save,
  }
}

/** An emptied field counts as what it was; the page says that it is wrong before anything is sent. */
function rulesOf(sheet: Sheet): TaskRules {
  const filled = Object.entries(sheet.rules).filter(([, value]) => value !== '')
  return { ...sheet.base, ...(Object.fromEntries(filled) as Partial<TaskRules>) }
}
