import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import en from './en'
import base from './zh'
import late from './zh/late'

const zh = { ...base, ...late }

function keys(tree: object, path = ''): string[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null ? keys(value as object, `${path}${key}.`) : [`${path}${key}`],
  )
}
function sources(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name)
    if (entry.isDirectory()) return sources(path)
    return /\.(vue|ts)$/.test(entry.name) && !/\.test\.ts$/.test(entry.name) ? [path] : []
  })
}

const at = (tree: object, key: string) =>
  key.split('.').reduce<unknown>((node, part) => (node as Record<string, unknown>)[part], tree)

describe('messages', () => {
  const known = new Set(keys(zh))

  it('say everything in both languages', () => {
    expect(keys(en).sort()).toEqual(keys(zh).sort())
  })

  it('have the same placeholders in both languages', () => {
    const holes = (text: unknown) => [...new Set(String(text).match(/\{\w+\}/g) ?? [])].sort()
    for (const key of known) expect([key, holes(at(en, key))]).toEqual([key, holes(at(zh, key))])
  })

  it("write an at sign as {'@'}, or the page cannot read them", () => {
    for (const tree of [zh, en])
      for (const key of known) expect(String(at(tree, key)).replaceAll("{'@'}", ''), key).not.toContain('@')
  })

  it('exist wherever a page asks for one', () => {
    const asked = sources('src').flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(/\bt\(\s*'([a-z][\w.-]+\.[\w.-]+)'/gi)].map(
        (match) => [path, match[1]] as const,
      ),
    )
    expect(asked.length).toBeGreaterThan(200)
    expect(asked.filter(([, key]) => key && !known.has(key))).toEqual([])
  })
})
