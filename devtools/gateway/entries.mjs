// The ways out of a gateways file as far as twins need them: which there are and by which words both sides know one another.
import { readFileSync } from 'node:fs'

const value = (text) => {
  const quoted = /^"((?:[^"\\]|\\.)*)"/.exec(text)
  if (quoted) return JSON.parse(`"${quoted[1]}"`)
  return /^(true|false|\d+)\b/.test(text) ? JSON.parse(/^(true|false|\d+)/.exec(text)[0]) : text
}

/** Reads TOML as such files are written, a key on each line; of tables in braces nothing is needed here, and they stay words. */
export function entries(file) {
  const found = []
  let table = {}
  for (const line of readFileSync(file, 'utf8').split('\n').map((one) => one.trim())) {
    const kind = /^\[gateway\.(\w+)\]/.exec(line)?.[1]
    const pair = /^([\w-]+)\s*=\s*(.+)$/.exec(line)
    if (line === '[[gateway]]') found.push((table = { kind: '', of: {} }))
    else if (kind && found.length) {
      found.at(-1).kind = kind
      table = found.at(-1).of
    } else if (line.startsWith('[')) table = {}
    else if (pair) table[pair[1]] = value(pair[2])
  }
  return found
}

/** Where an address says that a twin stands. */
export const port = (address) => Number(/:(\d+)$/.exec(address)?.[1])
/** The path at the end of a base address, without the last slash. */
export const path = (base) => new URL(base).pathname.replace(/\/$/, '')
