import { createI18n } from 'vue-i18n'
import { recall, remember } from '@/lib/storage'
import zh from './zh'

export type Locale = 'zh' | 'en'
type Messages = typeof zh
const KEY = 'sbc.locale'

export const i18n = createI18n<[Messages], Locale, false>({
  legacy: false,
  locale: 'zh',
  fallbackLocale: 'zh',
  messages: { zh } as Record<Locale, Messages>,
})

/** Chinese is in the bundle; English comes when it is asked for. */
export async function setLocale(locale: Locale): Promise<void> {
  if (locale === 'en') i18n.global.setLocaleMessage('en', (await import('./en')).default)
  i18n.global.locale.value = locale
  document.documentElement.lang = locale === 'zh' ? 'zh-CN' : 'en'
  remember(KEY, locale)
}

export const startLocale = () => setLocale(recall<Locale>(KEY, 'zh'))
