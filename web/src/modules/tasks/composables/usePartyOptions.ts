import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Party } from '@/api/types'
import { mark } from '@/lib/marks'

/** Parties to choose from: a unit, and as what it takes part. */
export function usePartyOptions(parties: () => readonly Party[]) {
  const { t } = useI18n()
  const role = (one: Party) => `${mark('（')}${t(`words.partyRole.${one.role}`)}${mark('）')}`
  return computed(() => parties().map((one) => ({ value: one.id, label: one.unit.short_name + role(one) })))
}
