import type { FileRef } from '@/api/types'

export type PreviewKind = 'image' | 'pdf' | null

export function previewKind(file: FileRef): PreviewKind {
  if (!file.previewable) return null
  if (/^image\/(png|jpeg|webp|gif)$/.test(file.media_type)) return 'image'
  return file.media_type === 'application/pdf' ? 'pdf' : null
}

/** 'XLSX' for the little label beside a name. */
export function extension(name: string): string {
  const match = /\.([A-Za-z0-9]{1,5})$/.exec(name)
  return match?.[1]?.toUpperCase() ?? '—'
}
