import { execFile, spawn } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { mailbox } from './mailbox.mjs'

const GATEWAY = resolve(import.meta.dirname, '../../devtools/gateway')

/** Ways out beside those of devtools/gateway: mail to a server of the test's own, notices of browsers, a messenger that nobody answers for. */
const more = (mail, key) => `
[[gateway]]
code = "mail"
[gateway.mail]
host = "127.0.0.1"
port = ${mail.port}
security = "none"
from = "任务督办 <task@example.gov.cn>"

[[gateway]]
code = "push"
[gateway.push]
key = "${key}"
contact = "mailto:task@example.gov.cn"

[[gateway]]
code = "wecom"
[gateway.wecom]
base_url = "http://127.0.0.1:9"
corp_id = "ww0"
secret = "only-for-tests"
agent_id = 1
`

/**
 * One gateway of each kind, all played by devtools/gateway, those that `first` names in front: of several for short messages the first
 * comes first.
 */
async function all(dir, first, url, free) {
  const given = await readFile(join(GATEWAY, 'all.toml'), 'utf8')
  const [head, ...entries] = given.split(/^(?=\[\[gateway\]\])/m)
  const rank = (entry) => (first.indexOf(/code = "([^"]+)"/.exec(entry)[1]) + 1 || first.length + 1)
  let text = head + entries.sort((a, b) => rank(a) - rank(b)).join('\n')
  const at = { 8720: new URL(url).port }
  for (const port of ['8900', '8901', '8902', '8903', '8904']) at[port] = await free()
  text = text.replace(/(127\.0\.0\.1:|port = )(8\d{3})\b/g, (whole, before, port) => (at[port] ? before + at[port] : whole))
  const file = join(dir, 'gateways.toml')
  await writeFile(file, text)
  return { file, port: at[8900], args: ['--gateways', file], letters: undefined, close: () => undefined }
}

/** The gateway and the official account of a demonstration, and what else tests need. */
async function few(binary, dir, free) {
  const mail = await mailbox()
  const { stdout } = await promisify(execFile)(binary, ['push-key'])
  const key = /^[\w-]{40,}$/m.exec(stdout)[0]
  const given = await readFile(join(GATEWAY, 'gateways.toml'), 'utf8')
  const [file, port] = [join(dir, 'gateways.toml'), await free()]
  await writeFile(file, given.replaceAll('127.0.0.1:8900', `127.0.0.1:${port}`) + more(mail, key))
  return { file, port, args: [], letters: mail.letters, close: () => mail.close() }
}

/**
 * Starts devtools/gateway for the server at `url`, and writes the file that tells that server of it into its folder: as in a
 * demonstration, or with `{ first: [CODE…] }` one gateway of each kind. `free` finds ports.
 */
export async function gateways(binary, dir, free, url, ways) {
  const { file, port, args, letters, close } = ways.first ? await all(dir, ways.first, url, free) : await few(binary, dir, free)
  const child = spawn(process.execPath, [join(GATEWAY, 'serve.mjs'), '--port', String(port), '--server', url, ...args], { stdio: 'ignore' })
  const gone = new Promise((done) => child.once('close', done))
  return {
    env: { SHIBICHENG_GATEWAYS: file, SHIBICHENG_PUBLIC_URL: url },
    url: `http://127.0.0.1:${port}`,
    letters,
    async stop() {
      child.kill()
      await gone
      await close()
    },
  }
}
