// Nothing unfinished and nothing of one machine stands in any file: `node bin/lib/words.mjs`. Tests of the same rules for Rust
// stand in crates/server/tests/architecture.rs; here it is everything else, too.
import { files, report, text } from './files.mjs'

// Taken apart, so that this file keeps its own rule.
const rules = [
  ['an unfinished place', new RegExp(`\\b(TO${'DO'}|FIX${'ME'}|XX${'X'}|HA${'CK'})\\b|\\b(to${'do'}|unimple${'mented'})!\\(`)],
  ['a path of one machine', new RegExp(`(^|[\\s"'\`(=:])/(ro${'ot'}|ho${'me'}|wo${'rk'}|Us${'ers'})/`)],
  ['the host of a registry', new RegExp(`(registry\\.npm|npmmir${'ror'}|static\\.crates|index\\.crates|pypi\\.${'org'}|pythonhos${'ted'}|deb\\.debi${'an'})`)],
]
const locks = /(^|\/)(Cargo\.lock|package-lock\.json)$/

const problems = []
let looked = 0
for (const path of files()) {
  const content = locks.test(path) ? undefined : text(path)
  if (content === undefined) continue
  looked += 1
  content.split('\n').forEach((line, n) => {
    for (const [what, rule] of rules) if (rule.test(line)) problems.push(`${path}:${n + 1}: ${what}: ${line.trim().slice(0, 120)}`)
  })
}
report('words', problems, looked)
