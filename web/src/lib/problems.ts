import { Problem } from '@/api/client'
import { i18n } from '@/i18n'

const t = (key: string, values: Record<string, unknown> = {}) => i18n.global.t(key, values)

/** What happened, what it means for the work, what to do. The server's own words come first. */
export function explain(error: unknown): string {
  if (!(error instanceof Problem)) return t('common.error.unknown')
  if (error.status === 0) return t('common.error.offline')
  if (error.status >= 500) return t('common.error.server', { id: error.requestId || '—' })
  if (error.detail) return error.detail
  const byStatus: Record<number, string> = {
    403: 'common.error.forbidden',
    404: 'common.error.missing',
    409: 'common.error.stale',
    413: 'common.error.tooLarge',
    422: 'common.error.invalid',
    429: 'common.error.tooMany',
  }
  return t(byStatus[error.status] ?? 'common.error.unknown')
}

/** Field name → message, for forms; `children[2].title` keeps its path. */
export function fieldErrors(error: unknown): Record<string, string> {
  if (!(error instanceof Problem)) return {}
  return Object.fromEntries(error.fields.map(({ field, message }) => [field.replace(/\[(\d+)\]/g, '.$1'), message]))
}
