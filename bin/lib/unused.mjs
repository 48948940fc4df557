// What nobody uses: `node bin/lib/unused.mjs`. The compilers find what is unused inside a file or a crate; here it is public
// items of the crates that nothing names, files of the web that no entry reaches, and exports that nothing imports.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { files, report } from './files.mjs'

const problems = []
const all = files()
const read = (path) => readFileSync(path, 'utf8')
let looked = 0

// Rust: a public item is used when its name stands anywhere but in its own definition and where it is re-exported.
const rust = all.filter((path) => /^(crates|devtools)\//.test(path) && path.endsWith('.rs'))
const uses = new Map()
const items = []
for (const path of rust) {
  const code = read(path).replace(/^\s*\/\/.*$/gm, '').replace(/\s\/\/ .*$/gm, '')
  for (const match of code.matchAll(/^\s*pub(?:\([^)]*\))? (?:async )?(?:const )?(?:fn|struct|enum|trait|type|static|const|union) (\w+)/gm)) {
    const line = code.slice(0, match.index).split('\n').length + 1
    items.push({ path, line, name: match[1] })
  }
  const named = code.replace(/^\s*pub use [^;]*;/gm, '')
  for (const [word] of named.matchAll(/\b[A-Za-z_]\w*\b/g)) uses.set(word, (uses.get(word) ?? 0) + 1)
}
const definitions = new Map()
for (const { name } of items) definitions.set(name, (definitions.get(name) ?? 0) + 1)
for (const { path, line, name } of items) {
  looked += 1
  if (uses.get(name) <= definitions.get(name)) problems.push(`${path}:${line}: nobody uses ${name}`)
}

// Web: what the pages, the tests and the tools reach.
const web = all.filter((path) => path.startsWith('web/src/'))
const known = new Set(web)
const imports = (path) => {
  const found = [...read(path).matchAll(/(?:from|import|@import|<style[^>]*\ssrc=)\s*\(?\s*['"]([^'"]+)['"]/g)].map(([, to]) => to)
  return found.flatMap((to) => {
    const base = to.startsWith('@/') ? `web/src/${to.slice(2)}` : to.startsWith('.') ? normalize(join(dirname(path), to)) : undefined
    if (!base) return []
    const file = ['', '.ts', '.vue', '/index.ts', '.css'].map((end) => base + end).find((file) => known.has(file))
    return file ? [file] : []
  })
}
const entries = ['web/index.html', 'web/m.html'].filter((path) => existsSync(path))
  .flatMap((path) => [...read(path).matchAll(/src="\/(src\/[^"]+)"/g)].map(([, to]) => `web/${to}`))
  // The build gives the service worker an entry of its own.
  .concat(web.filter((path) => path.startsWith('web/src/worker/')))
const reached = new Set()
const queue = [...entries, ...web.filter((path) => /\.(test\.ts|d\.ts)$/.test(path))]
while (queue.length) {
  const path = queue.pop()
  if (reached.has(path) || !known.has(path)) continue
  reached.add(path)
  queue.push(...imports(path))
}
for (const path of web) {
  looked += 1
  if (!reached.has(path)) problems.push(`${path}: nothing leads here`)
}

const code = new Map(web.map((path) => [path, read(path)]))
const words = new Map([...code].map(([path, text]) => [path, new Set(text.match(/[A-Za-z_$][\w$]*/g))]))
for (const [path, text] of code) {
  if (path.endsWith('.gen.ts') || path.endsWith('.d.ts')) continue
  const names = [...text.matchAll(/^export (?:default )?(?:async )?(?:const|let|function|class|type|interface|enum) (\w+)/gm)].map(([, name]) => name)
  for (const name of names) {
    looked += 1
    const inside = text.match(new RegExp(`\\b${name}\\b`, 'g')).length > 1
    const outside = [...words].some(([other, names]) => other !== path && names.has(name))
    if (!inside && !outside) problems.push(`${path}: nobody imports ${name}`)
  }
}
if (reached.size < 50) problems.push('the pages of the web were not found')

report('unused', problems, looked)
