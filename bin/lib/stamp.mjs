// Prints one digest over files and folders: `node bin/lib/stamp.mjs PATH…`. Built and installed things are passed over, and
// so is what the build itself writes beside the sources.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

const passed = new Set(['node_modules', 'dist', 'components.d.ts'])
const hash = createHash('sha256')

function add(path) {
  if (statSync(path).isDirectory()) {
    for (const name of readdirSync(path).sort()) if (!passed.has(name)) add(join(path, name))
  } else {
    hash.update(path).update('\0').update(readFileSync(path)).update('\0')
  }
}

process.argv.slice(2).forEach(add)
process.stdout.write(hash.digest('hex'))
