import { i18n } from '@/i18n'

const ENGLISH: Record<string, string> = { '、': ', ', '；': '; ', '，': ', ', '：': ': ', '（': ' (', '）': ')' }

/** The mark between parts, or behind a name, as the language of the page writes it. */
export const mark = (zh: '、' | '；' | '，' | '：' | '（' | '）'): string =>
  i18n.global.locale.value === 'en' ? (ENGLISH[zh] ?? zh) : zh
