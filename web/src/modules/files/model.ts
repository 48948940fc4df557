import type { FileRef } from '@/api/types'

export type PreviewKind = FileRef['preview']

/** How a file is looked at without saving it; the server knows what does no harm. */
export const previewKind = (file: FileRef): PreviewKind => file.preview

/** 'XLSX' for the little label beside a name. */
export function extension(name: string): string {
  const match = /\.([A-Za-z0-9]{1,5})$/.exec(name)
  return match?.[1]?.toUpperCase() ?? '—'
}
