// Documents that name what is not there are wrong: `node bin/lib/docs.mjs` checks relative links and their headings, paths of
// files, commands of the program, options and their defaults.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { files, report } from './files.mjs'

const all = files()
const documents = all.filter((path) => path.endsWith('.md'))
const problems = []

/** The heading's anchor as forges make it. */
const anchor = (heading) =>
  heading.trim().toLowerCase().replace(/`/g, '').replace(/[^\p{L}\p{N}\- _]/gu, '').replace(/ /g, '-')
const anchors = (path) =>
  readFileSync(path, 'utf8').replace(/^```[\s\S]*?^```/gm, '').split('\n').filter((line) => /^#+ /.test(line)).map((line) => anchor(line.replace(/^#+ /, '')))

// Where a path in a document may begin.
const roots = ['', 'crates/server/src/', 'crates/server/', 'crates/', 'web/', 'web/src/', 'docs/']
const here = (path) =>
  existsSync(path) ||
  (path.includes('/') ? roots.some((root) => existsSync(root + path)) : all.some((file) => file === path || file.endsWith(`/${path}`)))
const looksLikePath = /^(?:[\w.-]+\/)*[\w.-]+\.(?:rs|ts|vue|sql|toml|sh|mjs|json|md|css)$|^(?:crates|web|bin|docs|e2e|\.ci)\/[\w./-]*$/
// Files that an operator has, not the repository.
const elsewhere = new Set(['manifest.json', 'config.toml', 'shibicheng.toml', 'data/demo-sign-ins.txt'])

const cli = readFileSync('crates/server/src/cli/mod.rs', 'utf8')
const variants = (name) => {
  const body = cli.slice(cli.indexOf(`enum ${name} {`)).split('\n}')[0]
  return [...body.matchAll(/^ {4}([A-Z]\w*)/gm)].map(([, word]) => word.replace(/(?!^)([A-Z])/g, '-$1').toLowerCase())
}
const commands = new Set(variants('Command'))
const admin = new Set(variants('Admin'))
if (commands.size < 5 || admin.size < 2) problems.push('the commands of crates/server/src/cli/mod.rs were not understood')

const options = new Map()
for (const [, key, value] of readFileSync('crates/server/config.default.toml', 'utf8').matchAll(/^(\w+) = (.*)$/gm)) options.set(key, value)

for (const path of documents) {
  const content = readFileSync(path, 'utf8')
  const say = (index, what) => problems.push(`${path}:${content.slice(0, index).split('\n').length}: ${what}`)
  const prose = content.replace(/^```[\s\S]*?^```/gm, (block) => block.replace(/[^\n]/g, ' '))

  for (const match of prose.matchAll(/\]\(([^)\s]+)\)/g)) {
    const [target, hash] = match[1].split('#')
    if (/^[a-z]+:/.test(target)) continue
    const file = target ? normalize(join(dirname(path), decodeURIComponent(target))) : path
    if (!existsSync(file)) say(match.index, `there is no ${file}`)
    else if (hash && file.endsWith('.md') && !anchors(file).includes(decodeURIComponent(hash))) say(match.index, `${file} has no heading #${hash}`)
  }
  for (const match of prose.matchAll(/`([^`\n]+)`/g)) {
    const code = match[1].replace(/:\d+$/, '')
    if (looksLikePath.test(code) && !elsewhere.has(code) && !here(code.replace(/\/$/, ''))) say(match.index, `there is no ${code}`)
  }
  for (const match of content.matchAll(/\bshibicheng ([a-z][a-z-]*)(?: ([a-z-]+))?/g)) {
    // Words and not a command: “shibicheng serves”.
    const quoted = /[`$]\s*(?:\S+\/)?$|^\s*$|\(\s*$/.test(content.slice(0, match.index).split('\n').pop())
    if (quoted && !commands.has(match[1])) say(match.index, `there is no command ${match[1]}`)
    if (quoted && match[1] === 'admin' && match[2] && !admin.has(match[2])) say(match.index, `there is no command admin ${match[2]}`)
  }
  for (const match of content.matchAll(/\bSHIBICHENG_([A-Z][A-Z_]*[A-Z])/g)) {
    if (match[1] !== 'TEST_POSTGRES' && !options.has(match[1].toLowerCase())) say(match.index, `there is no option ${match[1].toLowerCase()}`)
  }
}

// The table of options has every one with its default.
const table = 'docs/ops/configuration.md'
if (existsSync(table)) {
  const rows = new Map([...readFileSync(table, 'utf8').matchAll(/^\| `(\w+)` \| `(.*?)` \|/gm)].map(([, key, value]) => [key, value]))
  for (const [key, value] of options) if (rows.get(key) !== value) problems.push(`${table}: ${key} is ${value}, not ${rows.get(key) ?? 'missing'}`)
  for (const key of rows.keys()) if (!options.has(key)) problems.push(`${table}: there is no option ${key}`)
} else problems.push(`there is no ${table}`)

report('documents', problems, documents.length)
