import { useQuery } from '@tanstack/vue-query'
import { useI18n } from 'vue-i18n'
import type { Channel, DeliveryRules, DeliveryRulesView } from '@/api/types'
import { mark } from '@/lib/marks'
import { yuan } from '@/lib/numbers'
import { queryClient } from '@/lib/query'
import { spansWords, type Span } from '@/ui/rules/spans'
import { useRulesDraft } from '@/ui/rules/useRulesDraft'
import * as api from './api'
import {
  changesBetween,
  duration,
  faultsOf,
  rebased,
  settled,
  type DeliveryChange,
  type DeliveryDraft,
  type RuleValue,
} from './model'

const KEY = ['delivery-rules']
export const useDeliveryRules = () => useQuery({ queryKey: KEY, queryFn: api.readDeliveryRules })

/** Rules of deliveries in words: “短信每日上限：10 条 → 5 条”. */
export function useDeliveryWords() {
  const { t } = useI18n()
  const say = (key: string, n: number | string) => t(`deliveries.rules.value.${key}`, { n })
  function value(field: DeliveryChange['field'], is: RuleValue | ''): string {
    switch (field) {
      case 'open':
        return spansWords(is as Span[], mark('、'))
      case 'workdays_only':
        return t(`deliveries.rules.days.${is ? 'work' : 'any'}`)
      case 'critical_at_once':
        return t(`deliveries.rules.critical.${is ? 'at_once' : 'waits'}`)
      case 'daily':
        return say('daily', Number(is))
      case 'per_task':
        return is ? say('per_task', Number(is)) : t('deliveries.rules.per_task.any')
      case 'merge_from':
        return is ? say('merge_from', Number(is)) : t('deliveries.rules.merge.never')
      case 'price':
        return is ? say('price', yuan(Number(is))) : t('deliveries.rules.price.free')
      case 'per_minute':
        return is ? say('per_minute', Number(is)) : t('deliveries.rules.limit.none')
      case 'instead':
        return is
          ? t('deliveries.rules.instead.way', { channel: channelName(is as Channel) })
          : t('deliveries.rules.instead.none')
      case 'notice':
        return (is as Channel[]).map(channelName).join(mark('、')) || t('deliveries.rules.notices.none')
      case 'answer_hint':
        return t(`deliveries.rules.hints.${is ? 'on' : 'off'}`)
      case 'switch_after':
      case 'give_up_after': {
        const { n, unit } = duration(Number(is))
        return say(unit, n)
      }
    }
  }
  const channelName = (channel: Channel) => t(`reminders.channel.${channel}`)
  function change({ channel, gateway, notice, field, from, to }: DeliveryChange): string {
    if (notice) {
      const name = t('deliveries.rules.notices.of', { notice: t(`deliveries.rules.notices.${notice}`) })
      return t('rules.change', { name, from: value(field, from), to: value(field, to) })
    }
    const what = t(`deliveries.rules.field.${field}`)
    const of = channel ? channelName(channel) : gateway
    const name = of ? t('deliveries.rules.name', { channel: of, field: what }) : what
    return t('rules.change', { name, from: value(field, from), to: value(field, to) })
  }
  return { value, change, channelName }
}

/** A change of the rules of deliveries; nothing of it can be tried beforehand. */
export function useDeliveryForm(view: () => DeliveryRulesView | undefined, person: string, today: () => string) {
  const { t } = useI18n()
  const words = useDeliveryWords()
  const fault = ([path, fault]: [string, string]) => {
    const spans = fault === 'empty' || fault === 'backwards' || fault === 'order'
    return [path, t(spans ? `rules.span.${fault}` : `deliveries.rules.fault.${fault}`)]
  }
  return useRulesDraft<DeliveryRules, DeliveryDraft>({
    key: KEY,
    draft: `sbc.deliveries.${person}`,
    view,
    today,
    differ: (from, to) => changesBetween(from, to).map(words.change),
    rebased,
    settled,
    typed: (rules) => rules,
    faults: (rules) => Object.fromEntries(Object.entries(faultsOf(rules)).map(fault)) as Record<string, string>,
    write: api.writeDeliveryRules,
    saved: () => void queryClient.invalidateQueries({ queryKey: ['deliveries', 'state'] }),
  })
}
