import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync, constants } from 'node:zlib'
import type { Plugin } from 'vite'

/** Writes `x.gz` beside every text asset, so that the server never compresses at request time. */
export function gzipAssets(): Plugin {
  return {
    name: 'gzip-assets',
    apply: 'build',
    async writeBundle(options, bundle) {
      const dir = options.dir ?? 'dist'
      for (const name of Object.keys(bundle)) {
        if (!/\.(js|css|html|svg|json)$/.test(name)) continue
        const path = join(dir, name)
        const raw = await readFile(path)
        if (raw.length < 1024) continue
        await writeFile(`${path}.gz`, gzipSync(raw, { level: constants.Z_BEST_COMPRESSION }))
      }
    },
  }
}
