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
 * Starts the gateway and the official account of devtools/gateway on `port` for the server at `url`, and writes the file that
 * tells that server of them into its folder.
 */
export async function gateways(binary, dir, port, url) {
  const mail = await mailbox()
  const { stdout } = await promisify(execFile)(binary, ['push-key'])
  const key = /^[\w-]{40,}$/m.exec(stdout)[0]
  const given = await readFile(join(GATEWAY, 'gateways.toml'), 'utf8')
  const file = join(dir, 'gateways.toml')
  await writeFile(file, given.replaceAll('127.0.0.1:8900', `127.0.0.1:${port}`) + more(mail, key))
  const child = spawn(process.execPath, [join(GATEWAY, 'serve.mjs'), '--port', String(port), '--server', url], { stdio: 'ignore' })
  const gone = new Promise((done) => child.once('close', done))
  return {
    env: { SHIBICHENG_GATEWAYS: file, SHIBICHENG_PUBLIC_URL: url },
    url: `http://127.0.0.1:${port}`,
    letters: mail.letters,
    async stop() {
      child.kill()
      await gone
      await mail.close()
    },
  }
}
