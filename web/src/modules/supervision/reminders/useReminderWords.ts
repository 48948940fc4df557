import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import type { ReminderCondition, ReminderRule, ReminderStep, ReminderTrigger } from '@/api/types'
import { useSourceKinds } from '@/modules/tasks'
import * as words from './words'

/** Rules in sentences of the page's language, with the area's own names of sources. */
export function useReminderWords() {
  const { t } = useI18n()
  const say: words.Say = (key, values) => t(key, values ?? {})
  const kinds = useSourceKinds()
  const sources = computed(() => kinds.data.value ?? [])
  const source = (code: string) => sources.value.find((kind) => kind.code === code)?.name ?? code
  return {
    sources,
    source,
    step: (step: ReminderStep, trigger: ReminderTrigger) => words.stepSentence(step, trigger, say),
    condition: (condition: ReminderCondition) => words.conditionWords(condition, say, source),
    factWord: (fact: string, word: string) => words.factWord(fact, word, say, source),
    rest: (rule: ReminderRule) => words.restWords(rule, say),
    channels: (channels: ReminderStep['channels']) => words.channelWords(channels, say),
  }
}
