// The repository's own files, as paths below its root: what git knows or would know; without git, what is not built.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'

const built = new Set(['.git', 'node_modules', 'target', 'dist', 'data', 'out'])

function walk(folder) {
  return readdirSync(folder || '.').flatMap((name) => {
    const path = folder ? `${folder}/${name}` : name
    if (statSync(path).isDirectory()) return built.has(name) ? [] : walk(path)
    return [path]
  })
}

export function files() {
  try {
    const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { stdio: ['ignore', 'pipe', 'ignore'] })
    return list.toString().split('\0').filter((path) => path && existsSync(path))
  } catch {
    return walk('')
  }
}

/** The text of a file; nothing for one that is not text. */
export function text(path) {
  const bytes = readFileSync(path)
  return bytes.includes(0) ? undefined : bytes.toString('utf8')
}

/** Says what is wrong, and ends: badly when there is anything. */
export function report(what, problems, looked) {
  for (const problem of problems) console.error(problem)
  if (looked === 0) problems.push('nothing was looked at')
  console.log(`${what}: ${looked} looked at, ${problems.length} wrong`)
  process.exit(problems.length ? 1 : 0)
}
