// A gateway for short messages and an official account of WeChat to watch by eye and to answer from: `node devtools/gateway/serve.mjs [--port 8900]
// [--server http://127.0.0.1:8720] [--code sms] [--token …] [--wechat wechat] [--login … --password …]`, beside a server that was started with
// gateways.toml in this folder. With the account of somebody who may read telephone numbers, names stand beside them. It
// takes messages (JSON: id, to, text), shows them as telephones would, and sends receipts and answers back to the server. A message
// whose id it knows is taken once. `GET /messages` lists them for programs. Everything stays on this machine.
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { parseArgs } from 'node:util'
import { names } from './names.mjs'
import { answerForm, bubble, card, escaped, MOST, page } from './page.mjs'
import { answer as answerWechat, shown as shownWechat } from './wechat.mjs'

const { values: options } = parseArgs({
  options: {
    port: { type: 'string', default: '8900' },
    server: { type: 'string', default: 'http://127.0.0.1:8720' },
    code: { type: 'string', default: 'sms' },
    token: { type: 'string', default: 'only-for-demonstration' },
    wechat: { type: 'string', default: 'wechat' },
    login: { type: 'string', default: '' },
    password: { type: 'string', default: '' },
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

const whose = names(options.server, options.login, options.password)

/** The newest messages by telephone, the one written to last in front. */
function shownSms() {
  const latest = messages.slice(-MOST).reverse()
  const phones = new Map()
  for (const message of latest) phones.set(message.to, [...(phones.get(message.to) ?? []), message])
  const cards = [...phones].map(([to, list]) => {
    const name = whose.of.get(to)
    const said = ({ text, at, fate, note, answers }) => [
      ...answers.map((answer) => bubble('out', escaped(answer))).reverse(),
      bubble('in', escaped(text), [at, fate, note].filter(Boolean).join(' ')),
    ]
    const title = name ? `${escaped(name)} <small style="display:inline">${escaped(to)}</small>` : escaped(to)
    return card({ key: to, title, forms: answerForm('/answer', 'to', to, '1'), list: list.flatMap(said) })
  })
  return { cards, shown: latest.length, all: messages.length }
}

const moods = () =>
  Object.entries(MOODS)
    .map(([word, label]) => `<option value="${word}"${word === mood ? ' selected' : ''}>${label}</option>`)
    .join('')

const later = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))

const server = createServer(async (request, response) => {
  const send = (status, type, body, headers = {}) => response.writeHead(status, { 'content-type': type, ...headers }).end(body)
  const back = () => send(303, 'text/plain', '', { location: '/' })
  if (request.method === 'GET' && request.url === '/messages') return send(200, 'application/json', JSON.stringify(messages))
  const body = await read(request)
  const at = { server: options.server, code: options.wechat, at: `http://127.0.0.1:${server.address().port}` }
  if (await answerWechat(request, body, send, at)) return
  if (request.method === 'GET') return send(200, 'text/html; charset=utf-8', page({ note: whose.note, moods: moods(), sms: shownSms(), wechat: shownWechat() }))
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
    const message = known ?? { ...said, provider_id: `g${randomBytes(8).toString('hex')}`, at: new Date().toLocaleString('zh-CN'), answers: [] }
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
