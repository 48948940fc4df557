import type { FileRef, Role } from '@/api/types'
import { mayJudge } from '@/modules/access'

export type PreviewKind = FileRef['preview']

/** How a file is looked at without saving it; the server knows what does no harm. */
export const previewKind = (file: FileRef): PreviewKind => file.preview

/** 'XLSX' for the little label beside a name. */
export function extension(name: string): string {
  const match = /\.([A-Za-z0-9]{1,5})$/.exec(name)
  return match?.[1]?.toUpperCase() ?? '—'
}

/** Whether this person may read it now; the server decides, the page does not lead into a refusal. */
export function mayRead(file: FileRef, me: string | undefined, roles: readonly Role[]): boolean {
  if (file.standing === 'open') return true
  if (file.standing === 'scanning') return file.uploaded_by.id === me
  return file.standing === 'held' && (file.uploaded_by.id === me || mayJudge(roles))
}
