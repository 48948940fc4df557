import { useI18n } from 'vue-i18n'
import { mark } from '@/lib/marks'
import { complaintOf } from './model'

/** A gateway's complaint in the page's language, its own words behind. */
export function useComplaint() {
  const { t } = useI18n()
  return (text: string | null) => {
    const { key, own } = complaintOf(text)
    if (!key) return own
    const said = t(`deliveries.complaint.${key}`)
    return own ? said + mark('（') + t('deliveries.complaint.own', { text: own }) + mark('）') : said
  }
}
