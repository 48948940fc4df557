import { computed, reactive } from 'vue'
import { useI18n } from 'vue-i18n'
import type { ReminderCondition, ReminderRule, ReminderStep, ReminderTrigger } from '@/api/types'
import { readPersonGlance, useUnits } from '@/modules/org'
import { useSourceKinds } from '@/modules/tasks'
import type { Said } from '@/ui/rules/versions'
import type { Change } from './model'
import { useReminderRules } from './useReminderRules'
import * as words from './words'

/** Who was picked on this page and stands in no version yet. */
const picked = reactive(new Map<string, string>())
export const knowPerson = (id: string, name: string) => void picked.set(id, name)

/** Asked for once: a draft that was kept holds who was picked, not what they are called. */
const asked = new Set<string>()
function ask(id: string) {
  if (asked.has(id)) return
  asked.add(id)
  readPersonGlance(id).then(
    ({ person }) => knowPerson(id, person.name),
    () => undefined,
  )
}

/** Rules in sentences of the page's language, with the area's own names of sources. */
export function useReminderWords() {
  const { t } = useI18n()
  const say: words.Say = (key, values) => t(key, values ?? {})
  const kinds = useSourceKinds()
  const sources = computed(() => kinds.data.value ?? [])
  const source = (code: string) => sources.value.find((kind) => kind.code === code)?.name ?? code
  const named = useReminderRules()
  const person = (id: string) => {
    const name = picked.get(id) ?? named.data.value?.people.find((one) => one.id === id)?.name
    if (!name && named.data.value) ask(id)
    return name ?? t('reminders.unknownPerson')
  }
  const units = useUnits()
  const unit = (id: string) => units.data.value?.find((one) => one.id === id)?.short_name ?? t('reminders.unknownUnit')
  const names: words.Names = { person, source, unit }
  /** A change as a sentence, with what was said and what is. */
  function change({ kind, name, from, to, was }: Change): Said {
    const text = t(`reminders.draft.kind.${kind}`, { name, was: was ?? '' })
    if (from && to) return { text, parts: words.ruleChanges(from, to, say, names) }
    const one = from ?? to
    if (!one) return text
    return { text, parts: words.ruleLines(one, say, names).map((line) => (to ? { is: line } : { was: line })) }
  }
  return {
    change,
    person,
    sources,
    source,
    step: (step: ReminderStep, trigger: ReminderTrigger) => words.stepSentence(step, trigger, say, person),
    condition: (condition: ReminderCondition) => words.conditionWords(condition, say, source),
    factWord: (fact: string, word: string) => words.factWord(fact, word, say, source),
    rest: (rule: ReminderRule) => words.restWords(rule, say),
    channels: (channels: ReminderStep['channels']) => words.channelWords(channels, say),
  }
}
