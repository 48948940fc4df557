// A gateway for short messages and an official account of WeChat to watch by eye and to answer from: `node devtools/gateway/serve.mjs [--port 8900]
// [--server http://127.0.0.1:8720] [--code sms] [--token …] [--wechat wechat]`, beside a server that was started with gateways.toml in this folder. It
// takes messages (JSON: id, to, text), shows them as telephones would, and sends receipts and answers back to the server. A message
// whose id it knows is taken once. `GET /messages` lists them for programs. Everything stays on this machine.
import { createServer } from 'node:http'
import { parseArgs } from 'node:util'
import { answer as answerWechat, sections } from './wechat.mjs'

const { values: options } = parseArgs({
  options: {
    port: { type: 'string', default: '8900' },
    server: { type: 'string', default: 'http://127.0.0.1:8720' },
    code: { type: 'string', default: 'sms' },
    token: { type: 'string', default: 'only-for-demonstration' },
    wechat: { type: 'string', default: 'wechat' },
  },
})

/** What came in, the latest last: { id, to, text, at, fate, answers }. */
const messages = []
/** How it behaves: 'well', 'slow', 'busy', 'broken', 'silent' (no receipts) or 'lying' (says it arrived and then that it did not). */
let mood = 'well'
const MOODS = { well: '正常', slow: '很慢', busy: '繁忙（429）', broken: '故障（500）', silent: '不回执', lying: '回执自相矛盾' }

async function tell(body) {
  const address = `${options.server}/api/v1/gateways/${options.code}/calls?token=${encodeURIComponent(options.token)}`
  try {
    const answer = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return answer.ok ? '' : `服务器回答 ${answer.status}`
  } catch (error) {
    return `服务器没有回答：${error.cause?.code ?? error.message}`
  }
}

async function receipts(message) {
  if (mood === 'silent') return
  message.note = await tell({ fate: 'delivered', provider_id: message.provider_id })
  message.fate = '已送达'
  if (mood === 'lying') await tell({ fate: 'failed', provider_id: message.provider_id, code: 'UNDELIV' })
}

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

const escaped = (text) => String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)

function page() {
  const phones = new Map()
  for (const message of messages) phones.set(message.to, [...(phones.get(message.to) ?? []), message])
  const phone = ([to, list]) => `
    <section><h2>${escaped(to)}</h2>${list
      .slice(-30)
      .map(
        (message) => `<p class="in">${escaped(message.text)}<small>${escaped(message.at)} ${escaped(message.fate ?? '')} ${escaped(message.note ?? '')}</small></p>
          ${message.answers.map((answer) => `<p class="out">${escaped(answer)}</p>`).join('')}`,
      )
      .join('')}
      <form method="post" action="/answer"><input type="hidden" name="to" value="${escaped(to)}">
        <input name="text" value="1" aria-label="回复" maxlength="500"><button>回复</button></form></section>`
  return `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
  <title>短信与微信（演示）</title><style>
    body { font: 15px/1.6 "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; margin: 0; background: #f3f5f8; color: #1f2733 }
    header { background: #fff; padding: 12px 24px; display: flex; gap: 16px; align-items: center; flex-wrap: wrap; border-bottom: 1px solid #dde3ea }
    h1 { font-size: 18px; margin: 0 } main { display: flex; flex-wrap: wrap; gap: 16px; padding: 16px 24px; align-items: flex-start }
    section { background: #fff; border: 1px solid #dde3ea; border-radius: 12px; padding: 12px 16px; width: min(340px, 100%); box-sizing: border-box }
    h2 { font-size: 14px; margin: 0 0 8px; font-variant-numeric: tabular-nums } p { margin: 0 0 8px; padding: 8px 12px; border-radius: 10px; overflow-wrap: anywhere }
    .in { background: #eef2f7 } .out { background: #d6ead9; margin-left: 25% } small { display: block; color: #55606e; font-size: 12px }
    form { display: flex; gap: 8px } input[name=text] { flex: 1; min-width: 0; font: inherit; padding: 6px 8px } button { font: inherit; padding: 6px 12px }
    .none { color: #55606e }
  </style><header><h1>短信与微信（演示）</h1><span>短信 ${messages.length} 条</span>
    <form method="post" action="/mood"><select name="mood" aria-label="网关表现">${Object.entries(MOODS)
      .map(([word, label]) => `<option value="${word}"${word === mood ? ' selected' : ''}>${label}</option>`)
      .join('')}</select><button>设定</button></form><a href="/">刷新</a></header>
  <main>${phones.size ? [...phones].map(phone).join('') : '<p class="none">还没有短信。任务逾期或应报未报时，会在这里看到。</p>'}</main><main>${sections()}</main></html>`
}

const later = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))

const server = createServer(async (request, response) => {
  const send = (status, type, body, headers = {}) => response.writeHead(status, { 'content-type': type, ...headers }).end(body)
  const back = () => send(303, 'text/plain', '', { location: '/' })
  if (request.method === 'GET' && request.url === '/messages') return send(200, 'application/json', JSON.stringify(messages))
  const body = await read(request)
  const at = { server: options.server, code: options.wechat, at: `http://127.0.0.1:${server.address().port}` }
  if (await answerWechat(request, body, send, at)) return
  if (request.method === 'GET') return send(200, 'text/html; charset=utf-8', page())
  if (request.url === '/send') {
    if (mood === 'busy') return send(429, 'application/json', '{"error":"busy"}', { 'retry-after': '5' })
    if (mood === 'broken') return send(500, 'application/json', '{"error":"broken"}')
    if (mood === 'slow') await later(5000)
    let said
    try {
      said = JSON.parse(body)
    } catch {
      return send(400, 'application/json', '{"error":"no JSON"}')
    }
    const known = messages.find((message) => message.id === said.id)
    const message = known ?? { ...said, provider_id: `g${messages.length + 1}`, at: new Date().toLocaleString('zh-CN'), answers: [] }
    if (!known) {
      messages.push(message)
      setTimeout(() => void receipts(message), 500)
    }
    return send(200, 'application/json', JSON.stringify({ taken: 'true', provider_id: message.provider_id }))
  }
  const form = new URLSearchParams(body)
  if (request.url === '/answer') {
    const [to, text] = [form.get('to') ?? '', form.get('text') ?? '']
    const last = messages.findLast((message) => message.to === to)
    if (last && text) {
      last.answers.push(text)
      last.note = await tell({ from: to, text, id: `a${Date.now()}` })
    }
    return back()
  }
  if (request.url === '/mood') {
    mood = form.get('mood') in MOODS ? form.get('mood') : mood
    return back()
  }
  return send(404, 'text/plain', 'not here')
})

server.listen(Number(options.port), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/`))
