// Twins of the gateways that a server can be given, to watch by eye and to answer from: `node devtools/gateway/serve.mjs [--port 8900]
// [--server http://127.0.0.1:8720] [--gateways devtools/gateway/gateways.toml] [--login … --password …]`, beside a server that was started with
// that very file: which there are, where they stand and by which words they know one another is read from it; all.toml has one of each
// kind. With the account of somebody who may read telephone numbers, names stand beside them. `GET /messages` lists for programs what the HTTP
// gateway took, `GET /messages?of=CODE` what another did. Everything stays on this machine.
import { createServer } from 'node:http'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { MOODS } from './box.mjs'
import { aliyun, huawei, tencent } from './clouds.mjs'
import { cmpp } from './cmpp.mjs'
import { entries } from './entries.mjs'
import { dingtalk, feishu, wecom } from './houses.mjs'
import { mail } from './mail.mjs'
import { names } from './names.mjs'
import { page } from './page.mjs'
import { http } from './sms.mjs'
import { smpp } from './smpp.mjs'
import { answer as answerWechat, wechat } from './wechat.mjs'

const { values: options } = parseArgs({
  options: {
    port: { type: 'string', default: '8900' },
    server: { type: 'string', default: 'http://127.0.0.1:8720' },
    gateways: { type: 'string', default: join(import.meta.dirname, 'gateways.toml') },
    login: { type: 'string', default: '' },
    password: { type: 'string', default: '' },
  },
})

const KINDS = { http, aliyun, tencent, huawei, smpp, cmpp, wecom, dingtalk, feishu, mail, wechat }
const whose = names(options.server, options.login, options.password)
/** `{ code, box, http, acts, side, at, listener, moved }`, most of it where there is any. Browsers' push services have no twin. */
const twins = entries(options.gateways)
  .filter(({ kind }) => kind in KINDS)
  .map((entry) => ({ code: entry.code, kind: entry.kind, ...KINDS[entry.kind](entry, { server: options.server, whose }) }))
const account = twins.find(({ kind }) => kind === 'wechat')
/** Whose messages are meant where nobody says: the HTTP gateway's. */
const find = (code) => twins.find((twin) => (code ? twin.code === code : twin.kind === 'http'))

function read(request) {
  return new Promise((resolve, reject) => {
    let text = ''
    request.setEncoding('utf8')
    request.on('data', (chunk) => {
      text += chunk
      if (text.length > 100_000) request.destroy()
    })
    request.on('end', () => resolve(text))
    request.on('error', reject)
  })
}

async function serve(request, response) {
  const send = (status, type, body, headers = {}) => response.writeHead(status, { 'content-type': type, ...headers }).end(body)
  const json = (status, value, headers) => send(status, 'application/json', JSON.stringify(value), headers)
  const { method, headers } = request
  const here = `http://127.0.0.1:${server.address().port}`
  const url = new URL(request.url, here)
  const twin = find(url.searchParams.get('of'))
  if (method === 'GET' && url.pathname === '/messages') return twin?.box ? json(200, twin.box.messages) : json(404, { error: 'no such gateway' })
  const body = await read(request)
  for (const one of twins) if (await one.http?.({ method, url, headers, body }, json)) return
  if (account && (await answerWechat(request, body, send, { server: options.server, code: account.code, at: here }))) return
  if (method === 'GET' && url.pathname === '/') {
    const sides = twins.map((one) => one.side())
    return send(200, 'text/html; charset=utf-8', page({ note: whose.note, sides, of: url.searchParams.get('of'), moods: MOODS }))
  }
  const form = new URLSearchParams(body)
  const act = url.pathname.slice(1)
  if (method !== 'POST' || !twin?.box || !(act === 'mood' || Object.hasOwn(twin.acts, act))) return send(404, 'text/plain', 'not here')
  if (act === 'mood') {
    twin.box.set(form.get('mood'))
    twin.moved?.()
  } else await twin.acts[act](form)
  return send(303, 'text/plain', '', { location: url.searchParams.has('of') ? `/?of=${twin.code}` : '/' })
}

const server = createServer((request, response) =>
  serve(request, response).catch((error) => {
    console.error(error.message)
    if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' })
    response.end('it broke')
  }),
)

const listen = (listener, port, words) =>
  listener.on('error', (error) => console.error(`${words}: ${error.message}`)).listen(port, '127.0.0.1', () => console.log(`${words} 127.0.0.1:${listener.address().port}`))
for (const { code, listener, at } of twins) if (listener) listen(listener, at, code)
listen(server, Number(options.port), 'http')
