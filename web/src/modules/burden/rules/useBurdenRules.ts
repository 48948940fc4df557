import { useQuery } from '@tanstack/vue-query'
import { useI18n } from 'vue-i18n'
import type { BurdenRules, BurdenRulesView } from '@/api/types'
import { queryClient } from '@/lib/query'
import { useRulesDraft } from '@/ui/rules/useRulesDraft'
import { readBurdenRules, writeBurdenRules } from '../api'
import { BOUNDS, changedKeys, numberFaults, rebased, settled, type BurdenDraft, type BurdenRule } from './model'

const KEY = ['burden-rules']
export const useBurdenRules = () => useQuery({ queryKey: KEY, queryFn: readBurdenRules })

/** The limits in words. */
export function useBurdenWords() {
  const { t } = useI18n()
  const name = (key: BurdenRule) => t(`burden.rules.name.${key}`)
  const value = (key: BurdenRule, is: number) => t(`burden.rules.value.${key}`, { n: is })
  const change = (key: BurdenRule, from: BurdenRules, to: BurdenRules) =>
    t('rules.change', { name: name(key), from: value(key, from[key]), to: value(key, to[key]) })
  return { name, value, change }
}

/** A change of the limits; nothing of it can be tried beforehand. */
export function useBurdenForm(view: () => BurdenRulesView | undefined, person: string, today: () => string) {
  const { t } = useI18n()
  const words = useBurdenWords()
  return useRulesDraft<BurdenRules, BurdenDraft>({
    key: KEY,
    draft: `sbc.burden.${person}`,
    view,
    today,
    differ: (from, to) => changedKeys(from, to).map((key) => words.change(key, from, to)),
    rebased,
    settled,
    typed: (rules) => ({ ...rules }),
    faults: (rules) =>
      Object.fromEntries(numberFaults(rules).map((key) => [key, t('rules.fault.range', { ...BOUNDS[key] })])),
    write: writeBurdenRules,
    // Whatever is measured by them is measured anew.
    saved: () => void queryClient.invalidateQueries({ queryKey: ['burden'] }),
  })
}
