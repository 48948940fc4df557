// The policy of dependencies: `node bin/lib/deps.mjs`. Which licences and which crates stand in deny.toml, which cargo-deny
// reads, too; here they are held without it, together with what it does not know: every dependency stands once, with its
// reason, and is used.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { files, report } from './files.mjs'

const problems = []
const read = (path) => readFileSync(path, 'utf8')

const deny = read('deny.toml')
const list = (key) => {
  const body = deny.match(new RegExp(`^${key} = \\[([\\s\\S]*?)^\\]`, 'm'))?.[1] ?? ''
  return [...body.replace(/#.*$/gm, '').matchAll(/"([^"]+)"/g)].map(([, word]) => word)
}
const allowed = new Set(list('allow'))
const banned = new Set(list('deny'))
if (!allowed.size || !banned.size) problems.push('deny.toml was not understood')

/** Whether an SPDX expression can be satisfied by what is allowed. */
function permitted(expression) {
  const tokens = expression.replace(/\//g, ' OR ').match(/\(|\)|[^\s()]+/g) ?? []
  let at = 0
  const term = () => {
    const token = tokens[at++]
    if (token === '(') {
      const inside = either()
      at++
      return inside
    }
    if (tokens[at] === 'WITH') {
      at += 2
      return allowed.has(`${token} WITH ${tokens[at - 1]}`)
    }
    return allowed.has(token)
  }
  const both = () => {
    let value = term()
    while (tokens[at] === 'AND') { at++; value = term() && value }
    return value
  }
  const either = () => {
    let value = both()
    while (tokens[at] === 'OR') { at++; value = both() || value }
    return value
  }
  return either()
}
for (const [expression, holds] of [['MIT OR GPL-3.0', true], ['MIT AND GPL-3.0', false], ['(GPL-2.0 OR Apache-2.0) AND MIT', true], ['MIT/Apache-2.0', true]]) {
  if (permitted(expression) !== holds) problems.push(`the reading of licences is wrong: ${expression}`)
}

// Crates ------------------------------------------------------------------------------------------------------------------

const metadata = JSON.parse(execFileSync('cargo', ['metadata', '--format-version', '1', '--locked'], { maxBuffer: 1 << 30 }).toString())
const links = new Map()
for (const crate of metadata.packages) {
  const name = `${crate.name} ${crate.version}`
  if (crate.source && !crate.source.startsWith('registry+')) problems.push(`${name} does not come from the registry`)
  if (banned.has(crate.name)) problems.push(`${name} is banned by deny.toml`)
  if (!crate.license && !crate.license_file) problems.push(`${name} names no licence`)
  else if (crate.license && !permitted(crate.license)) problems.push(`${name} is under ${crate.license}, which deny.toml does not allow`)
  if (crate.links) links.set(crate.links, [...(links.get(crate.links) ?? []), name])
}
const sqlite = metadata.packages.filter((crate) => crate.name === 'libsqlite3-sys')
if (sqlite.length !== 1) problems.push(`${sqlite.length} versions of libsqlite3-sys, there must be one`)

// In the workspace's manifest every dependency follows a comment, alone or in a group.
const declared = new Map()
const manifest = read('Cargo.toml').split('\n')
const begin = manifest.indexOf('[workspace.dependencies]')
let reasoned = false
for (let n = begin + 1; n < manifest.length && !manifest[n].startsWith('['); n++) {
  const line = manifest[n]
  if (line.startsWith('#')) reasoned = true
  else if (!line.trim()) reasoned = false
  else {
    const name = line.split(/[ .=]/)[0]
    declared.set(name, 0)
    if (!reasoned) problems.push(`Cargo.toml:${n + 1}: ${name} has no reason above it`)
  }
}
if (declared.size < 10) problems.push('[workspace.dependencies] was not understood')

const sources = (folder) =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.rs')).map((name) => read(`${folder}/${name}`)).join('\n')
    : ''
let looked = metadata.packages.length
const folders = ['crates', 'devtools'].flatMap((room) => readdirSync(room).map((name) => `${room}/${name}`))
for (const crate of folders) {
  const path = `${crate}/Cargo.toml`
  if (!existsSync(path)) continue
  let section = ''
  read(path).split('\n').forEach((line, n) => {
    if (line.startsWith('[')) section = line.replace(/[[\]]/g, '')
    const kind = section.match(/(^|\.)(dev-|build-)?dependencies$/)
    if (!kind || !line.trim() || line.startsWith('#') || line.startsWith('[')) return
    const name = line.split(/[ .=]/)[0]
    looked += 1
    if (!/^[\w-]+(\.workspace = true|\s*=\s*\{\s*workspace = true\b.*\})\s*(#.*)?$/.test(line)) problems.push(`${path}:${n + 1}: ${name} must be taken from the workspace`)
    if (!declared.has(name)) return problems.push(`${path}:${n + 1}: ${name} is not in the workspace's manifest`)
    declared.set(name, declared.get(name) + 1)
    const places = kind[2] === 'dev-' ? ['src', 'tests', 'benches', 'examples'] : ['src']
    const code = kind[2] === 'build-' ? read(`${crate}/build.rs`) : places.map((folder) => sources(`${crate}/${folder}`)).join('\n')
    // What the macros of kit write names these in the crate that calls them.
    const written = ['serde', 'sqlx', 'utoipa'].includes(name) && /\b(id_types|text_enum)!/.test(code)
    const used = written || new RegExp(`\\b${name.replace(/-/g, '_')}\\b`).test(code.replace(/^\s*\/\/.*$/gm, ''))
    const tested = !used && kind[2] !== 'dev-' && new RegExp(`\\b${name.replace(/-/g, '_')}\\b`).test(sources(`${crate}/tests`))
    if (!used) problems.push(`${path}:${n + 1}: ${name} is ${tested ? 'used by tests only and belongs to dev-dependencies' : 'not used'}`)
  })
}
for (const [name, uses] of declared) if (!uses) problems.push(`Cargo.toml: no crate uses ${name}`)

// Packages of the web and the browser tests --------------------------------------------------------------------------------

const own = files()
for (const folder of ['web', 'e2e']) {
  if (!existsSync(`${folder}/package.json`)) continue
  const given = JSON.parse(read(`${folder}/package.json`))
  const lock = JSON.parse(read(`${folder}/package-lock.json`))
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (!path || entry.link) continue
    looked += 1
    if (entry.resolved && !entry.resolved.startsWith('https://registry.')) problems.push(`${folder}: ${path} does not come from the registry`)
    const licence = typeof entry.license === 'string' ? entry.license : entry.license?.type
    // Tools that build and test are not handed on. Some old packages tell their licence in a file only.
    const shipped = folder === 'web' && !entry.dev && !entry.devOptional && !entry.optional
    if (shipped && licence && !permitted(licence)) problems.push(`${folder}: ${path} is under ${licence}, which deny.toml does not allow`)
  }
  const code = own
    .filter((path) => path.startsWith(`${folder}/`) && /\.(ts|vue|mjs|js|css|html|json)$/.test(path) && !/package(-lock)?\.json$/.test(path))
    .map(read).join('\n')
  const scripts = Object.values(given.scripts ?? {}).join(' ')
  const direct = { ...given.dependencies, ...given.devDependencies }
  // Needed by others without being named: what they ask for beside them, and the types of Node.
  const implied = new Set(['@types/node'])
  for (const name of Object.keys(direct)) {
    for (const peer of Object.keys(lock.packages[`node_modules/${name}`]?.peerDependencies ?? {})) implied.add(peer)
  }
  for (const [name, version] of Object.entries(direct)) {
    if (!/^\d/.test(version)) problems.push(`${folder}/package.json: ${name} ${version} is no exact version`)
    const command = new RegExp(`(^|[\\s&])${name}(\\s|$)`)
    if (!implied.has(name) && !code.includes(name) && !command.test(scripts)) problems.push(`${folder}/package.json: ${name} is not used`)
  }
}

report('dependencies', problems, looked)
