import { useQuery } from '@tanstack/vue-query'
import { useI18n } from 'vue-i18n'
import type { OrderRules, OrderRulesView } from '@/api/types'
import { useRulesDraft } from '@/ui/rules/useRulesDraft'
import * as api from './api'
import { BOUNDS, changedKeys, numberFaults, rebased, settled, type OrderRulesDraft } from './rules'

const KEY = ['orders', 'rules']
export const useOrderRules = () => useQuery({ queryKey: KEY, queryFn: api.readOrderRules })

/** The rules of urges and orders in words. */
export function useOrderRuleWords() {
  const { t } = useI18n()
  function value(key: keyof OrderRules, is: number | string): string {
    if (key === 'numbering') return String(is)
    if (key === 'interview_orders' || key === 'interview_reds')
      return is ? t(`orders.rules.value.${key}`, { n: is }) : t('orders.rules.value.never')
    return t('orders.rules.value.days', { n: is })
  }
  const change = (key: keyof OrderRules, from: OrderRules, to: OrderRules) =>
    t('rules.change', { name: t(`orders.rules.name.${key}`), from: value(key, from[key]), to: value(key, to[key]) })
  return { value, change }
}

/** A change of these rules; nothing of it can be tried beforehand. */
export function useOrderRulesForm(view: () => OrderRulesView | undefined, person: string, today: () => string) {
  const { t } = useI18n()
  const words = useOrderRuleWords()
  return useRulesDraft<OrderRules, OrderRulesDraft>({
    key: KEY,
    draft: `sbc.orders.${person}`,
    view,
    today,
    differ: (from, to) => changedKeys(from, to).map((key) => words.change(key, from, to)),
    rebased,
    settled,
    typed: (rules) => ({ ...rules }),
    faults: (rules) =>
      Object.fromEntries(numberFaults(rules).map((key) => [key, t('rules.fault.range', { ...BOUNDS[key] })])),
    write: api.writeOrderRules,
  })
}
