import { Problem, problemOf, spoken } from '@/api/client'
import type { Archive } from '@/api/types'
import { archiveUrl } from '../api'

/** Refused where the task has changed since. Asked with its own digest, so that only the answer comes, not the package. */
export async function checkArchive({ id, digest }: Archive): Promise<void> {
  const headers = { ...spoken(), 'if-none-match': `"${digest}"` }
  const response = await fetch(archiveUrl(id), { headers }).catch(() => {
    throw new Problem(0)
  })
  if (response.ok) void response.body?.cancel()
  else if (response.status !== 304) throw await problemOf(response.status, await response.text())
}
