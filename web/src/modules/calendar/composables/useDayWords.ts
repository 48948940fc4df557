import { useI18n } from 'vue-i18n'
import { weekday } from '@/lib/dates'
import type { YearDay } from '../model'

/** Days in words: “10月1日”, “10月1日（周四）”, “2027年1月1日（周五）”. */
export function useDayWords() {
  const { t } = useI18n()
  const day = (text: string) =>
    t('calendar.day', { month: t(`calendar.month.${Number(text.slice(5, 7))}`), d: Number(text.slice(8)) })
  const withWeekday = (words: string, text: string) =>
    t('calendar.dayOfWeek', { day: words, weekday: t(`words.weekday.${weekday(text)}`) })
  const dated = (text: string) => withWeekday(day(text), text)
  const full = (text: string) => withWeekday(t('calendar.fullDay', { year: text.slice(0, 4), day: day(text) }), text)
  /** What a day is, for those who hear the page and for the hint on hover. */
  const said = (one: YearDay) =>
    [dated(one.day), t(`calendar.kind.${one.kind}`), one.name, one.local ? t('calendar.legend.local') : '']
      .filter(Boolean)
      .join(t('calendar.pause'))
  const list = (days: readonly string[]) => days.map(dated).join(t('calendar.list'))
  return { dated, full, said, list }
}
