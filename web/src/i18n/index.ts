import { createI18n } from 'vue-i18n'
import { recall, remember } from '@/lib/storage'
import zh from './zh'
import type late from './zh/late'

export type Locale = 'zh' | 'en'
type Messages = typeof zh & typeof late
const KEY = 'sbc.locale'

export const i18n = createI18n<[Messages], Locale, false>({
  legacy: false,
  locale: 'zh',
  fallbackLocale: 'zh',
  messages: { zh } as unknown as Record<Locale, Messages>,
})

/** Has a page or a component come with the words that only it needs. */
export const withLateWords =
  <T>(load: () => Promise<T>) =>
  async (): Promise<T> => {
    const [words, loaded] = await Promise.all([import('./zh/late'), load()])
    i18n.global.mergeLocaleMessage('zh', words.default)
    return loaded
  }

/** Chinese is in the bundle; English comes when it is asked for. */
export async function setLocale(locale: Locale): Promise<void> {
  if (locale === 'en') i18n.global.setLocaleMessage('en', (await import('./en')).default)
  i18n.global.locale.value = locale
  document.documentElement.lang = locale === 'zh' ? 'zh-CN' : 'en'
  remember(KEY, locale)
}

export const startLocale = () => setLocale(recall<Locale>(KEY, 'zh'))
