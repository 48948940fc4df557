#!/usr/bin/env node
// Browser tests: a real browser against the real binary. `node e2e/run.mjs [NAME…] [--grep WORDS]`
//
// Every file in tests/ gets a server of its own with an empty database; every test its own windows. A file that exports `since`
// has a time of its own, which its tests move (lib/clock.mjs); with `demoClock` the program itself puts its time forward; with
// `ways` messages go out, to gateways that are the test's own (lib/gateways.mjs); one that exports `only` runs on that database
// alone, unless it is named. A test fails, too, on an error in the console, on an error in the page and on any request that
// would leave this machine.
//
//   E2E_DATABASE=sqlite|postgres   which database (postgres: SHIBICHENG_TEST_POSTGRES is the URL of somebody who may create some)
//   CHROMIUM=PATH                  which browser (default /usr/bin/chromium)
//   E2E_BINARY=PATH                which server (default target/debug/shibicheng)
//   E2E_FILES=N                    how many files at a time (default 2)
//   E2E_AGAIN=N                    when no more than N tests failed, each has one more try on a server of its own (default 0);
//                                  one that passes then counts as passed and is named as shaky, with what went wrong
//
// Prints a line for each test and ends with `N passed, M failed, K skipped`. Pictures of failures and the servers' logs are
// in e2e/out.
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as browsers from './lib/browser.mjs'
import { stuck } from './lib/clock.mjs'
import * as database from './lib/database.mjs'
import { Organisation } from './lib/organisation.mjs'
import * as servers from './lib/server.mjs'
import { within } from './lib/until.mjs'

const HERE = import.meta.dirname
const OUT = join(HERE, 'out', database.KIND)
const TEST_MS = 90_000

const names = []
let grep = null
for (let args = process.argv.slice(2); args.length; ) {
  const arg = args.shift()
  if (arg === '--grep') grep = args.shift() ?? ''
  else names.push(basename(arg, '.mjs'))
}
const all = readdirSync(join(HERE, 'tests'))
  .filter((name) => name.endsWith('.mjs'))
  .map((name) => basename(name, '.mjs'))
const unknown = names.filter((name) => !all.includes(name))
if (unknown.length) {
  console.error(`There are no tests called ${unknown.join(', ')}; there are: ${all.join(', ')}`)
  process.exit(2)
}
// The longest first, so that they do not end alone.
const ORDER = ['month', 'month-swapped', 'story', 'a11y', 'desk', 'phone']
const chosen = (names.length ? names : all).sort((a, b) => (ORDER.indexOf(a) + 1 || 9) - (ORDER.indexOf(b) + 1 || 9))

const counts = { passed: 0, failed: 0, skipped: 0 }
/** What failed: `{ file, title, name, note }`, without a title where the server itself did. */
let failed = []
/** What failed first and passed when it was run once more. */
const shaky = []
/** How many may fail and be tried once more; none when that has been done. */
let tries = Number(process.env.E2E_AGAIN) || 0
let number = 0
const began = Date.now()
const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`

/** Thrown by a test that cannot be run here; it says why. */
class Skip extends Error {}

function say(verdict, { file, title }, since, note = '') {
  const name = `${file}: ${title ?? 'the server'}`
  if (verdict === 'failed') failed.push({ file, title, name, since, note })
  // No verdict yet: that comes when it is run once more, or when too many failed for that.
  if (verdict === 'failed' && tries) return console.log(`# did not pass: ${name} (${seconds(since)})\n${note.replace(/^/gm, '#     ')}`)
  number++
  counts[verdict]++
  const word = verdict === 'failed' ? 'not ok' : 'ok'
  const rest = verdict === 'skipped' ? ` # SKIPPED ${note}` : ` (${seconds(since)})`
  console.log(`${word} ${number} - ${name}${rest}`)
  if (verdict === 'failed') console.log(note.replace(/^/gm, '    '))
}

/** What went wrong and where in the test, without the machinery in between. */
function explained(error) {
  if (!(error instanceof Error)) return String(error)
  const [message, ...stack] = (error.stack ?? error.message).split(/\n(?= {4}at )/)
  const places = stack.filter((line) => /\/(tests|lib)\//.test(line) && !/lib\/until|runTest/.test(line))
  return [message, ...places].join('\n').replace(/\u001b\[\d+m/g, '')
}

const fileName = (text) => text.replace(/[^\p{L}\p{N}]+/gu, '-').slice(0, 80)

async function picture(windows, name) {
  const notes = []
  for (const [index, page] of windows.pages.entries()) {
    const path = join(OUT, `${fileName(name)}-${index + 1}.png`)
    await page.screenshot({ path, timeout: 5000 }).then(
      () => notes.push(`picture: ${path}  (${page.url()})`),
      () => notes.push(`no picture of ${page.url()}`),
    )
  }
  return notes
}

async function runTest(file, title, body, surroundings) {
  const name = `${file}: ${title}`
  const since = Date.now()
  const { server, browser, org, patience } = surroundings
  const windows = new browsers.Windows(browser, server.url, server.clock)
  const app = {
    url: server.url,
    /** The gateways of a file that exports `ways`: the `url` of devtools/gateway, the `letters` that came to mailboxes. */
    ways: server.out,
    org,
    people: org.people,
    units: org.units,
    windows,
    desk: (person, options) => windows.desk(person, options),
    phone: (person, options) => windows.phone(person, options),
    expect: (...what) => windows.expect(...what),
    /** Makes it this instant, later than now, on the server and in all windows; for a file that says since when its time runs. */
    move: (instant) => windows.move(instant),
    /** A line below the test's own, for what is worth knowing of a test that passes. */
    note: (text) => console.log(`# ${name}: ${text}`),
    skip: (why) => {
      throw new Skip(why)
    },
    out: OUT,
  }
  let error = null
  try {
    await within(patience, 'the test', body(app))
  } catch (cause) {
    error = cause
  }
  const test = { file, title }
  if (error instanceof Skip) say('skipped', test, since, error.message)
  else {
    const dead = server.problem()
    const faults = [...new Set(windows.faults)]
    if (!error && !faults.length && !dead) say('passed', test, since)
    else {
      const notes = [error && explained(error), dead, ...faults, ...(await picture(windows, name))]
      say('failed', test, since, notes.filter(Boolean).join('\n'))
    }
  }
  await windows.close()
}

/** All tests of a file, or those with these titles, one after the other on one server. */
async function runFile(file, browser, titles = null) {
  const module = await import(pathToFileURL(join(HERE, 'tests', `${file}.mjs`)))
  if (!names.length && (module.only ?? database.KIND) !== database.KIND) return console.log(`# ${file}: on ${module.only} only`)
  const tests = Object.entries(module.tests).filter(([title]) => (titles ? titles.includes(title) : !grep || title.includes(grep)))
  if (!tests.length) return
  if (module.since && stuck) return tests.forEach(([title]) => say('skipped', { file, title }, Date.now(), stuck))
  const since = Date.now()
  let server
  try {
    server = await servers.start(join(OUT, `${file}.log`), module)
    const org = await within(60_000, 'furnishing the organisation', Organisation.furnish(server.url, server.password()))
    for (const [title, body] of tests) {
      await runTest(file, title, body, { server, browser, org, patience: module.patience ?? TEST_MS })
    }
  } catch (error) {
    say('failed', { file }, since, explained(error))
  } finally {
    await server?.stop()
  }
  console.log(`# ${file}: ${seconds(since)}`)
}

/** One more try for the few that failed: what was the machine's passes now, what is ours fails as a rule a second time. */
async function again(browser) {
  if (!tries) return
  const first = failed
  const few = first.length <= tries
  failed = []
  tries = 0
  for (const { file, title, name, since, note } of first) {
    if (!few) {
      say('failed', { file, title }, since, note)
      continue
    }
    console.log(`# once more: ${name}`)
    const before = failed.length
    await runFile(file, browser, title && [title])
    if (failed.length === before) shaky.push(`${name}\n${note}`)
  }
}

async function main() {
  database.check()
  servers.check()
  browsers.executable()
  rmSync(OUT, { recursive: true, force: true })
  mkdirSync(OUT, { recursive: true })
  console.log(`# ${database.KIND}, ${chosen.join(', ')}`)
  const browser = await browsers.launch()
  const waiting = [...chosen]
  const lane = async () => {
    while (waiting.length) await runFile(waiting.shift(), browser)
  }
  const lanes = Math.max(1, Number(process.env.E2E_FILES) || 2)
  try {
    await Promise.all(Array.from({ length: lanes }, lane))
    await again(browser)
  } finally {
    await browser.close().catch(() => undefined)
  }
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => void servers.stopAll().finally(() => process.exit(130)))
}
try {
  await main()
} catch (error) {
  console.error(error.message)
  counts.failed++
}
await servers.stopAll()
if (counts.passed + counts.failed === 0) {
  console.log('# nothing ran')
  counts.failed++
}
// Said again here, where whoever looks at the end of a long run finds it.
for (const { name, note } of failed) console.log(`failed: ${name}\n${note}`.replace(/^/gm, '# '))
for (const one of shaky) console.log(`shaky: ${one}`.replace(/^/gm, '# '))
console.log(`# ${seconds(began)} on ${database.KIND}`)
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
process.exit(counts.failed ? 1 : 0)
