import { useI18n } from 'vue-i18n'
import type { TaskRules, TaskRulesPreview, TaskRulesView } from '@/api/types'
import { useRulesDraft } from '@/ui/rules/useRulesDraft'
import * as api from '../api'
import { RULES_KEY } from '../composables/useRules'
import { tasksChanged } from '../composables/useTasks'
import { changesBetween, rebased, ruleFaults, RULES, settled, type NumberKey, type RuleDraft } from './model'
import { useRuleWords } from './useRuleWords'

/** A change of the numbers tasks go by, tried on the tasks that are open. */
export function useRuleForm(view: () => TaskRulesView | undefined, person: string, today: () => string) {
  const { t } = useI18n()
  const words = useRuleWords()
  const fault = ([name, fault]: [string, string]) => {
    const { least, most } = RULES[name as NumberKey]
    return [name, t(`rules.fault.${fault}`, { least, most })]
  }
  return useRulesDraft<TaskRules, RuleDraft, TaskRulesPreview>({
    key: RULES_KEY,
    draft: `sbc.rules.${person}`,
    view,
    today,
    differ: (from, to) => changesBetween(from, to).map(words.change),
    rebased,
    settled,
    typed: (rules) => rules,
    faults: (rules) => Object.fromEntries(Object.entries(ruleFaults(rules)).map(fault)) as Record<string, string>,
    write: api.writeRules,
    // Lamps follow in the background; whatever shows them asks again.
    saved: tasksChanged,
    trial: { ask: api.tryRules },
  })
}
