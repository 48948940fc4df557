// An official account of WeChat to watch by eye, for serve.mjs: gives tokens and codes to be scanned, takes template messages, lets three
// people scan, touch and leave, and tells the server of it as WeChat does (signed, unencrypted).
import { createHash, randomBytes } from 'node:crypto'
import { now } from './box.mjs'
import { answerForm, bubble, card, escaped, MOST } from './page.mjs'

const TOKEN = 'only-for-demonstration'
const TEMPLATE = 'TASK'
const people = [
  { openid: 'o-demonstration-01', name: '微信用户甲' },
  { openid: 'o-demonstration-02', name: '微信用户乙' },
  { openid: 'o-demonstration-03', name: '微信用户丙' },
]
/** Codes that nobody has scanned yet: { ticket, scene, at }. */
const codes = []
/** What came in: { id, msgid, openid, fields, url, at, note }. */
const messages = []
/** All that was said, the latest last: { openid, message } of a template, { openid, said, by: 'user' or 'account', at }. */
const talk = []
/** Codes of OAuth, each good once: whose they are. */
const arrivals = new Map()
let accessToken = ''

const say = (openid, by, said) => said && talk.push({ openid, by, said, at: now() })
/** As it stands between tags. */
const plain = (text) => text.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign])

/** Calls the server as WeChat does; answers what it said. */
async function call(server, code, openid, inner) {
  const [timestamp, nonce] = [String(Math.floor(Date.now() / 1000)), randomBytes(8).toString('hex')]
  const signature = createHash('sha1').update([TOKEN, timestamp, nonce].sort().join('')).digest('hex')
  const xml = `<xml><ToUserName>gh_demo</ToUserName><FromUserName>${openid}</FromUserName><CreateTime>${timestamp}</CreateTime>${inner}</xml>`
  const query = new URLSearchParams({ signature, timestamp, nonce })
  try {
    const answer = await fetch(`${server}/api/v1/gateways/${code}/calls?${query}`, {
      method: 'POST',
      headers: { 'content-type': 'text/xml' },
      body: xml,
    })
    const text = await answer.text()
    if (!answer.ok) return `服务器回答 ${answer.status}`
    return /<Content><!\[CDATA\[(.*?)\]\]>/s.exec(text)?.[1] ?? ''
  } catch (error) {
    return `服务器没有回答：${error.cause?.code ?? error.message}`
  }
}

const event = (name, more = '') => `<MsgType>event</MsgType><Event>${name}</Event>${more}`

/** What the account has, as cards: codes to be scanned first, then its people, whom it wrote to last in front. */
function shown() {
  const waiting = [...codes].reverse().map(
    (code) => `<form method="post" action="/wechat/scan"><input type="hidden" name="ticket" value="${escaped(code.ticket)}">
      <select name="openid" aria-label="谁来扫码">${people.map((one) => `<option value="${one.openid}">${one.name}</option>`).join('')}</select><button>扫码</button>
      <small>${escaped(code.at)}</small></form>`,
  )
  // A code that is new is a card of its own, so that a choice made on another is not lost.
  const scanned = waiting.map((form, n) => `<section data-key="${codes[codes.length - 1 - n].ticket}"><h3>等待扫码</h3>${form}</section>`)
  const latest = talk.slice(-MOST).reverse()
  const at = (openid) => latest.findIndex((one) => one.openid === openid)
  const rank = (openid) => (at(openid) < 0 ? latest.length : at(openid))
  const cards = [...people]
    .sort((a, b) => rank(a.openid) - rank(b.openid))
    .map(({ openid, name, left, came }) => {
      const list = latest.filter((one) => one.openid === openid).map(line)
      const leave = `<form method="post" action="/wechat/leave"><input type="hidden" name="openid" value="${openid}"><button>取消关注</button></form>`
      const forms = left ? '' : answerForm('/wechat/answer', 'openid', openid) + (came ? leave : '')
      const state = left ? 'left' : came ? 'came' : ''
      const title = `${name}${left ? '（已取消关注）' : ''}`
      return card({ key: openid, title, forms, list }).replace('<section', `<section data-state="${state}"`)
    })
  return { cards: [...scanned, ...cards], shown: latest.length, all: talk.length, last: talk.at(-1)?.message?.at ?? talk.at(-1)?.at ?? '' }
}

/** What the account wrote stands on the one side, what its user said on the other. */
function line({ message, by, said, at }) {
  if (by) return bubble(by === 'user' ? 'out' : 'in', escaped(said), by === 'user' ? at : `公众号 ${at}`)
  const fields = Object.values(message.fields).map((field) => escaped(field.value))
  const touch = message.url ? ` <a href="/wechat/touch?id=${message.msgid}" target="_blank">查看详情</a>` : ''
  return bubble('in', fields.join('<br>') + touch, `${message.at} ${message.note ?? ''}`)
}

/** Answers what is WeChat's; `false` for all else. */
export async function answer(request, body, send, { server, code, at }) {
  const url = new URL(request.url, at)
  const json = (value, status = 200) => (send(status, 'application/json', JSON.stringify(value)), true)
  const back = () => (send(303, 'text/plain', '', { location: '/' }), true)
  const form = new URLSearchParams(body)
  const known = () => url.searchParams.get('access_token') === accessToken && accessToken !== ''
  const untoken = () => json({ errcode: 40001, errmsg: 'invalid credential, access_token is invalid or not latest' })
  switch (url.pathname) {
    case '/cgi-bin/stable_token':
      accessToken ||= randomBytes(16).toString('hex')
      return json({ access_token: accessToken, expires_in: 7200 })
    case '/cgi-bin/qrcode/create': {
      if (!known()) return untoken()
      const ticket = randomBytes(6).toString('hex')
      codes.push({ ticket, scene: JSON.parse(body).action_info.scene.scene_str, at: now() })
      return json({ ticket, expire_seconds: 900, url: `http://weixin.qq.com/q/${ticket}` })
    }
    case '/cgi-bin/message/template/send': {
      if (!known()) return untoken()
      const { touser, template_id, url: link, data, client_msg_id } = JSON.parse(body)
      if (template_id !== TEMPLATE) return json({ errcode: 40037, errmsg: 'invalid template_id' })
      if (!people.some((one) => one.openid === touser && !one.left)) return json({ errcode: 43004, errmsg: 'require subscribe' })
      const long = Object.entries(data).find(([name, { value }]) => name.startsWith('thing') && [...value].length > 20)
      if (long) return json({ errcode: 47003, errmsg: `argument invalid! data.${long[0]}.value invalid` })
      const again = messages.find((message) => message.id === client_msg_id)
      if (again) return json({ errcode: 0, errmsg: 'ok', msgid: again.msgid })
      const message = { id: client_msg_id, msgid: randomBytes(6).readUIntBE(0, 6), openid: touser, fields: data, url: link, at: now() }
      messages.push(message)
      talk.push({ openid: touser, message })
      for (const one of people) if (one.openid === touser) one.came = true
      setTimeout(async () => {
        const finished = event('TEMPLATESENDJOBFINISH', `<MsgID>${message.msgid}</MsgID><Status>success</Status>`)
        message.note = (await call(server, code, touser, finished)) || '已送达'
      }, 500)
      return json({ errcode: 0, errmsg: 'ok', msgid: message.msgid })
    }
    case '/sns/oauth2/access_token': {
      const openid = arrivals.get(url.searchParams.get('code'))
      arrivals.delete(url.searchParams.get('code'))
      return json(openid ? { openid, access_token: 'x', expires_in: 7200, scope: 'snsapi_base' } : { errcode: 40029, errmsg: 'invalid code' })
    }
    case '/connect/oauth2/authorize': {
      // Who touched last is who is asked: a telephone has one user.
      const whose = /touched=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1]
      const arrival = randomBytes(8).toString('hex')
      arrivals.set(arrival, whose)
      const to = new URL(url.searchParams.get('redirect_uri'))
      to.searchParams.set('code', arrival)
      to.searchParams.set('state', url.searchParams.get('state'))
      return (send(303, 'text/plain', '', { location: to.href }), true)
    }
    case '/wechat/messages':
      return json(messages)
    case '/wechat/scan': {
      const found = codes.findIndex((one) => one.ticket === form.get('ticket'))
      const who = people.find((one) => one.openid === form.get('openid'))
      if (found < 0 || !who) return back()
      const [{ scene, ticket }] = codes.splice(found, 1)
      who.left = false
      who.came = true
      say(who.openid, 'user', '（扫码关注）')
      const said = await call(server, code, who.openid, event('SCAN', `<EventKey>${scene}</EventKey><Ticket>${ticket}</Ticket>`))
      say(who.openid, 'account', said)
      return back()
    }
    case '/wechat/leave': {
      const who = people.find((one) => one.openid === form.get('openid'))
      if (!who) return back()
      who.left = true
      say(who.openid, 'user', '（取消关注）')
      say(who.openid, 'account', await call(server, code, who.openid, event('unsubscribe')))
      return back()
    }
    case '/wechat/answer': {
      const who = people.find((one) => one.openid === form.get('openid'))
      const text = (form.get('text') ?? '').trim()
      if (!who || who.left || !text) return back()
      say(who.openid, 'user', text)
      const inner = `<MsgType>text</MsgType><Content>${plain(text)}</Content><MsgId>${randomBytes(6).readUIntBE(0, 6)}</MsgId>`
      say(who.openid, 'account', await call(server, code, who.openid, inner))
      return back()
    }
    case '/wechat/touch': {
      const message = messages.find((one) => String(one.msgid) === url.searchParams.get('id'))
      if (!message?.url) return back()
      return (send(303, 'text/plain', '', { location: message.url, 'set-cookie': `touched=${message.openid}; Path=/; SameSite=Lax` }), true)
    }
    default:
      return false
  }
}

/** The account among the other twins. */
export const wechat = ({ code }) => ({
  code,
  side: () => ({ code, label: '微信公众号', hint: '', ...shown() }),
})
