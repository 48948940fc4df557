import { useI18n } from 'vue-i18n'
import {
  CHOICES,
  isNumber,
  RULES,
  type ChoiceKey,
  type NumberKey,
  type RuleChange,
  type RuleKey,
  type RuleValue,
} from './model'

/** Numbers of rules in words: “95%”, “3 个工作日”, “四色（黄、橙、红）”. */
export function useRuleWords() {
  const { t } = useI18n()
  const option = (key: ChoiceKey, is: RuleValue) => t(`${CHOICES[key].words}.${is}`)
  const value = (key: RuleKey, is: RuleValue | '') =>
    isNumber(key) ? t(`rules.unit.${RULES[key].unit}`, { n: is }) : option(key, is as RuleValue)
  const after = (key: NumberKey) => t(`rules.unitAfter.${RULES[key].unit}`)
  const name = (key: RuleKey) => t(`rules.name.${key}`)
  const change = ({ key, from, to }: RuleChange) =>
    t('rules.change', { name: name(key), from: value(key, from), to: value(key, to) })
  return { option, value, after, name, change }
}
