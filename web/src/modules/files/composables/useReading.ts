import type { FileRef } from '@/api/types'
import { useSession } from '@/modules/access'
import { mayRead } from '../model'

/** Whether whoever looks may open a file. */
export function useReading(): (file: FileRef) => boolean {
  const session = useSession()
  return (file) => mayRead(file, session.me?.person.id, session.roles)
}
