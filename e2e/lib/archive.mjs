import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const SCRIPT = resolve(import.meta.dirname, '../../bin/verify-archive')

/** Runs the script that knows only the description; answers whether it was content, and what it said. */
export const verify = (...args) =>
  new Promise((done) => execFile('node', [SCRIPT, ...args], (error, out, err) => done({ fine: !error, said: out + err })))

/** What a stranger finds who was handed the package and its digest. */
export async function verified(download, digest) {
  const folder = await mkdtemp(join(tmpdir(), 'sbc-archive-'))
  try {
    const path = join(folder, 'a.zip')
    await download.saveAs(path)
    return await verify(path, '--digest', digest)
  } finally {
    await rm(folder, { recursive: true })
  }
}
