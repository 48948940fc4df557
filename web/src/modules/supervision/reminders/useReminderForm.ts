import { computed, ref, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import type { ReminderRule, ReminderRules, ReminderRulesView, ReminderTrial } from '@/api/types'
import { queryClient } from '@/lib/query'
import { spansFault, type Span } from '@/ui/rules/spans'
import { useRulesDraft } from '@/ui/rules/useRulesDraft'
import * as api from './api'
import { changesBetween, monthsBefore, newRule, rebased } from './model'
import { REMINDER_RULES } from './useReminderRules'
import { useReminderWords } from './useReminderWords'

/** A change of the rules of reminders, tried on a past month. */
export function useReminderForm(view: () => ReminderRulesView | undefined, person: string, today: () => string) {
  const { t } = useI18n()
  const words = useReminderWords()
  /** The month it is tried on, by any of its days. */
  const month = ref('')
  const form = useRulesDraft<ReminderRules, ReminderRules, ReminderTrial>({
    key: REMINDER_RULES,
    draft: `sbc.reminders.${person}`,
    view,
    today,
    differ: (from, to) => changesBetween(from, to).map(words.change),
    rebased,
    settled: (rules) => rules,
    typed: (rules) => rules,
    faults: ({ office }): Record<string, string> => {
      const fault = spansFault(office)
      return fault ? { office: t(`rules.span.${fault}`) } : {}
    },
    write: api.writeReminderRules,
    saved: () => void queryClient.invalidateQueries({ queryKey: ['reminders'] }),
    trial: { ask: (rules) => api.tryReminderRules(rules, month.value), given: () => month.value },
  })
  watch(form.editing, () => (month.value = monthsBefore(today())[0] ?? today()), { immediate: true })

  const rules = () => form.sheet.value.rules
  /** All but one rule stay as wrong as they were. */
  const change = (index: number, rule: ReminderRule) =>
    form.put(
      { ...rules(), rules: rules().rules.map((one, at) => (at === index ? rule : one)) },
      (name) => !name.startsWith(`rules.${index}.`),
    )
  /** Adds a rule, a new one where none is given; answers where it stands. */
  function add(rule: ReminderRule = newRule(rules().rules, t('reminders.newName'))): number {
    const last = rules().rules.length
    form.put({ ...rules(), rules: [...rules().rules, rule] }, () => true)
    return last
  }
  /** Rules the program is delivered with that an area's own set lacks: taken out, or newer than it. */
  const lacking = computed(() => {
    const codes = new Set(rules().rules.map((rule) => rule.code))
    return view()?.defaults.rules.filter((rule) => !codes.has(rule.code)) ?? []
  })
  const remove = (index: number) => form.put({ ...rules(), rules: rules().rules.filter((_, at) => at !== index) })
  const setOffice = (office: Span[]) => form.put({ ...rules(), office }, (name) => name !== 'office')
  /** The first rule that the server refuses. */
  const wrong = () =>
    Object.keys(form.faults.value)
      .map((name) => /^rules\.(\d+)\./.exec(name)?.[1])
      .filter((one) => one !== undefined)
      .map(Number)
      .sort((a, b) => a - b)[0]

  return { ...form, month, change, add, lacking, remove, setOffice, wrong }
}
