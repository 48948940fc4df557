import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build, type Plugin, type Rollup } from 'vite'

const worker = (name: string) => fileURLToPath(new URL(`../src/worker/${name}.ts`, import.meta.url))
const PAGE = 'm.html'
/** Beside the chunks: what the page asks for by a name of its own. */
const BESIDE = ['favicon.svg']

const sha256 = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex')

/** What the phone never shows: the desk's material, which by the lint's rule nothing of the phone imports, and its pages. */
const MATERIAL = /\/node_modules\/(element-plus|@element-plus|echarts|vue-echarts|zrender)\//
const PAGES = /\/modules\/(?!access\/)[^/]+\/(pages|components)\//

/**
 * Everything the phone's page may ever load: its chunks, those they import at once or later, and their styles. The rooms'
 * doors lead to the desk's pages as well: those are left out.
 */
export function filesOf(bundle: Rollup.OutputBundle, entry: string): string[] {
  const chunk = (name: string) => {
    const one = bundle[name]
    return one?.type === 'chunk' ? one : null
  }
  const withImports = (name: string, met = new Set<string>()): Set<string> => {
    if (met.has(name)) return met
    met.add(name)
    for (const next of chunk(name)?.imports ?? []) withImports(next, met)
    return met
  }
  const isDesk = (name: string) =>
    PAGES.test(chunk(name)?.facadeModuleId ?? '') ||
    [...withImports(name)].some((one) => Object.keys(chunk(one)?.modules ?? {}).some((id) => MATERIAL.test(id)))
  const found = new Set<string>()
  const visit = (name: string) => {
    const one = chunk(name)
    if (found.has(name) || !one) return
    found.add(name)
    const { importedCss, importedAssets } = one.viteMetadata ?? {}
    for (const asset of [...(importedCss ?? []), ...(importedAssets ?? [])]) found.add(asset)
    for (const next of one.imports) visit(next)
    for (const next of one.dynamicImports) if (!isDesk(next)) visit(next)
  }
  visit(entry)
  return [...found].sort()
}

/** A service worker as one script, with what is put into it. */
async function made(name: string, define: Record<string, string> = {}): Promise<string> {
  const done = await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    define,
    build: { write: false, target: 'es2020', rollupOptions: { input: worker(name), output: { format: 'iife' } } },
  })
  const [output] = Array.isArray(done) ? done : [done]
  if (!output || !('output' in output)) throw new Error(`the service worker ${name} was not built`)
  return output.output[0].code
}

/**
 * Writes `m-sw.js`, the service worker of the phone's shell, with the list of what it keeps. Its version is the hash of
 * that list and of the page, so that a build that changes nothing is no new version. Beside it `sw.js`, that of the desk.
 */
export function phoneShell(): Plugin {
  return {
    name: 'phone-shell',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      async handler(_options, bundle) {
        const page = bundle[PAGE]
        const entry = Object.values(bundle).find((one) => one.type === 'chunk' && one.isEntry && one.name === 'm')
        if (page?.type !== 'asset' || !entry) throw new Error(`${PAGE} or its script is not in the bundle`)
        const beside = BESIDE.map((name) => [name, sha256(readFileSync(new URL(`../public/${name}`, import.meta.url)))])
        const files = [...filesOf(bundle, entry.fileName), ...BESIDE].map((name) => `/${name}`)
        const pageHash = sha256(page.source)
        const version = sha256(JSON.stringify([pageHash, files, beside])).slice(0, 12)
        const define = { SHELL: JSON.stringify({ version, page: `/${PAGE}`, pageHash, files }) }
        this.emitFile({ type: 'asset', fileName: 'm-sw.js', source: await made('shell', define) })
        this.emitFile({ type: 'asset', fileName: 'sw.js', source: await made('desk') })
      },
    },
  }
}
