// The work messengers 企业微信, 钉钉 and 飞书 with an application in each: they give tokens to who knows the secret, bring messages to whom they
// know, and refuse the others. People can come and leave on the page. 企业微信 tells what its people write, encrypted as it does.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { Box, replyForm, said, WITHOUT_RECEIPTS } from './box.mjs'
import { path } from './entries.mjs'
import { card, escaped, MOST } from './page.mjs'

/** Who is there at first: as the people of the demo area sign in. */
const PEOPLE = ['leader', 'centre1', 'head1', 'liaison1', 'handler1', 'handler2']

/** What the three have in common; `vendor` says what is particular to one. */
function house(entry, { server }, label, vendor) {
  const box = new Box(entry, server, { label, moods: WITHOUT_RECEIPTS, hint: '只认下面的账号，其余的拒收' })
  const people = new Set(PEOPLE)
  const token = randomBytes(16).toString('hex')
  const calls = vendor({ box, of: entry.of, people, token })
  const prefixes = calls.bases.filter(Boolean).map(path)
  const one = (action, id, word) =>
    `<form method="post" action="/${action}?of=${box.code}"><input type="hidden" name="to" value="${escaped(id)}"><button>${word}</button></form>`
  const come = `<form method="post" action="/come?of=${box.code}"><input name="text" placeholder="账号" aria-label="账号" maxlength="64" autocomplete="off"><button>加入账号</button></form>`

  function cards() {
    const latest = box.messages.slice(-MOST).reverse()
    const rank = (id) => (latest.findIndex(({ to }) => to === id) + 1 || latest.length + 1)
    const all = [...people].sort((a, b) => rank(a) - rank(b)).map((id) => {
      const list = latest.filter(({ to }) => to === id)
      const forms = (calls.reply ? replyForm(box.code, id, '') : '') + (calls.reads && list.length ? one('read', id, '读') : '') + one('leave', id, '停用')
      return card({ key: id, title: escaped(id), forms, list: list.flatMap(said) }).replace('<section', `<section data-state="${list.length ? 'has' : ''}"`)
    })
    return [...all, `<section data-key="come"><h3>账号</h3>${come}</section>`]
  }
  return {
    box,
    async http(asked, json) {
      const prefix = prefixes.find((one) => asked.url.pathname.startsWith(`${one}/`))
      if (prefix === undefined) return false
      if (box.mood === 'broken') json(500, { error: 'broken' })
      else {
        await box.patience()
        const given = asked.body ? JSON.parse(asked.body) : {}
        json(...(calls.http(asked.url.pathname.slice(prefix.length), asked, given) ?? [404, { errcode: 404, errmsg: 'not here' }]))
      }
      return true
    },
    acts: {
      answer: (form) => calls.reply && box.answer(form.get('to'), form.get('text'), (text) => calls.reply(form.get('to'), text)),
      come: (form) => /^[\w.@-]+$/.test(form.get('text') ?? '') && people.add(form.get('text')),
      leave: (form) => people.delete(form.get('to')),
      read(form) {
        for (const message of box.messages.filter(({ to, read }) => to === form.get('to') && !read)) Object.assign(message, { read: Date.now(), fate: '已读' })
      },
    },
    side: () => box.side(cards()),
  }
}

/** Key, encryption and signature of “消息加解密说明”. */
function secrets(key, id) {
  const aes = Buffer.from(`${key}=`, 'base64')
  return {
    seal(text) {
      const words = Buffer.from(text)
      const length = Buffer.alloc(4)
      length.writeUInt32BE(words.length)
      const data = Buffer.concat([randomBytes(16), length, words, Buffer.from(id)])
      const missing = 32 - (data.length % 32)
      const cipher = createCipheriv('aes-256-cbc', aes, aes.subarray(0, 16)).setAutoPadding(false)
      return Buffer.concat([cipher.update(Buffer.concat([data, Buffer.alloc(missing, missing)])), cipher.final()]).toString('base64')
    },
    open(sealed) {
      const cipher = createDecipheriv('aes-256-cbc', aes, aes.subarray(0, 16)).setAutoPadding(false)
      const data = Buffer.concat([cipher.update(Buffer.from(sealed, 'base64')), cipher.final()])
      return data.subarray(20, 20 + data.readUInt32BE(16)).toString()
    },
  }
}
const signature = (...words) => createHash('sha1').update(words.sort().join('')).digest('hex')

export const wecom = (entry, tools) =>
  house(entry, tools, '企业微信', ({ box, of, people, token }) => {
    const ok = (more) => [200, { errcode: 0, errmsg: 'ok', ...more }]
    const no = (errcode, errmsg, more) => [200, { errcode, errmsg, ...more }]
    function send(url, given) {
      if (url.searchParams.get('access_token') !== token) return no(40014, 'invalid access_token')
      if (box.mood === 'busy') return no(45009, 'api freq out of limit')
      if (box.mood === 'barred' || String(given.agentid) !== String(of.agent_id)) return no(301002, 'not allow operate another agent with this accesstoken')
      if (!people.has(given.touser)) return no(81013, 'user & party & tag all invalid', { invaliduser: given.touser })
      const { title, description, url: link } = given.textcard ?? {}
      const message = { to: given.touser, title, text: description ?? given.text?.content ?? '', url: link }
      // The same words within ten minutes are taken and not shown again.
      const same = (one) => one.to === message.to && one.title === title && one.text === message.text && Date.now() - one.since < 600_000
      const known = given.enable_duplicate_check ? box.messages.find(same) : undefined
      const provider_id = randomBytes(12).toString('base64url')
      if (!known) box.take({ ...message, id: provider_id, provider_id, since: Date.now() })
      return ok({ msgid: known?.provider_id ?? provider_id })
    }
    async function reply(from, text) {
      if (!of.callback_token || !of.callback_aes_key) return '没有写 callback_token 和 callback_aes_key，不能回复'
      const at = String(Math.floor(Date.now() / 1000))
      const nonce = randomBytes(8).toString('hex')
      const words = text.replaceAll(']]>', ']]]]><![CDATA[>')
      const xml = `<xml><ToUserName>${of.corp_id}</ToUserName><FromUserName>${from}</FromUserName><CreateTime>${at}</CreateTime><MsgType>text</MsgType><Content><![CDATA[${words}]]></Content><MsgId>${Date.now()}</MsgId><AgentID>${of.agent_id}</AgentID></xml>`
      const sealed = secrets(of.callback_aes_key, of.corp_id).seal(xml)
      const query = new URLSearchParams({ msg_signature: signature(of.callback_token, at, nonce, sealed), timestamp: at, nonce })
      const body = `<xml><ToUserName>${of.corp_id}</ToUserName><AgentID>${of.agent_id}</AgentID><Encrypt><![CDATA[${sealed}]]></Encrypt></xml>`
      return box.post('text/xml', body, `${box.calls}?${query}`)
    }
    return {
      bases: [of.base_url],
      reply,
      http(path, { url }, given) {
        if (path === '/cgi-bin/message/send') return send(url, given)
        if (path !== '/cgi-bin/gettoken') return undefined
        if (url.searchParams.get('corpid') !== of.corp_id) return no(40013, 'invalid corpid')
        return url.searchParams.get('corpsecret') === of.secret ? ok({ access_token: token, expires_in: 7200 }) : no(40001, 'invalid credential')
      },
    }
  })

export const dingtalk = (entry, tools) =>
  house(entry, tools, '钉钉', ({ box, of, people, token }) => {
    const ok = (more) => [200, { errcode: 0, errmsg: 'ok', ...more, request_id: 'twin' }]
    const no = (errcode, errmsg) => [200, { errcode, errmsg, request_id: 'twin' }]
    function send(given) {
      if (box.mood === 'busy') return no(90018, '您的服务器调用钉钉开放平台所有接口的请求都被暂时禁用了')
      if (box.mood === 'barred' || String(given.agent_id) !== String(of.agent_id)) return no(40035, '不合法的参数 agent_id')
      if (!people.has(given.userid_list)) return no(33012, '无效的USERID')
      const { oa, text } = given.msg
      const task_id = randomBytes(5).readUIntBE(0, 5)
      box.take({ id: String(task_id), to: given.userid_list, title: oa?.body.title, text: oa?.body.content ?? text?.content ?? '', url: oa?.message_url })
      return ok({ task_id })
    }
    function result({ task_id }) {
      const found = box.messages.find(({ id }) => id === String(task_id))
      if (!found) return no(33013, '任务不存在')
      const [read, unread] = found.read ? [[found.to], []] : [[], [found.to]]
      return ok({ send_result: { read_user_id_list: read, unread_user_id_list: unread, invalid_user_id_list: [], failed_user_id_list: [], forbidden_list: [] } })
    }
    return {
      bases: [of.api_url, of.oapi_url],
      reads: true,
      http(path, { url }, given) {
        if (path === '/v1.0/oauth2/accessToken') {
          const known = given.appKey === of.app_key && given.appSecret === of.app_secret
          return known ? [200, { accessToken: token, expireIn: 7200 }] : [400, { code: 'invalidClientIdOrSecret', message: '无效的clientId或者clientSecret' }]
        }
        const name = /^\/topapi\/message\/corpconversation\/(\w+)$/.exec(path)?.[1]
        if (!['asyncsend_v2', 'getsendresult'].includes(name)) return undefined
        if (url.searchParams.get('access_token') !== token) return no(40014, '不合法的access_token')
        return name === 'asyncsend_v2' ? send(given) : result(given)
      },
    }
  })

export const feishu = (entry, tools) =>
  house(entry, tools, '飞书', ({ box, of, people, token }) => {
    const ok = (data) => [200, { code: 0, msg: 'success', data }]
    const no = (code, msg, status = 400) => [status, { code, msg }]
    function send(url, given) {
      if (box.mood === 'busy') return no(99991400, 'request trigger frequency limit', 429)
      if (box.mood === 'barred') return no(99991672, 'Access denied. One of the following scopes is required: [im:message:send_as_bot]')
      if (url.searchParams.get('receive_id_type') !== (of.to ?? 'user_id')) return no(99992402, 'field validation failed')
      if (!people.has(given.receive_id)) return no(230013, 'Bot has NO availability to this user.')
      // One of the same uuid within an hour is the same.
      const known = box.messages.find(({ id }) => id === given.uuid)
      if (known) return ok({ message_id: known.provider_id })
      const shown = JSON.parse(given.content)
      const provider_id = `om_${randomBytes(12).toString('hex')}`
      const [title, text] = [shown.header.title.content, shown.elements[0].text.content]
      box.take({ id: given.uuid, provider_id, to: given.receive_id, title, text, url: shown.card_link?.url })
      return ok({ message_id: provider_id })
    }
    return {
      bases: [of.base_url],
      reads: true,
      http(path, { url, headers }, given) {
        if (path === '/open-apis/auth/v3/tenant_access_token/internal') {
          if (given.app_id !== of.app_id) return no(10003, 'invalid param', 200)
          if (given.app_secret !== of.app_secret) return no(10014, 'app secret invalid', 200)
          return [200, { code: 0, msg: 'ok', tenant_access_token: token, expire: 7200 }]
        }
        const asked = /^\/open-apis\/im\/v1\/messages(?:\/(om_\w+)\/read_users)?$/.exec(path)
        if (!asked) return undefined
        if (headers.authorization !== `Bearer ${token}`) return no(99991663, 'Invalid access token for authorization.')
        if (!asked[1]) return send(url, given)
        const found = box.messages.find(({ provider_id }) => provider_id === asked[1])
        if (!found) return no(230001, 'Your request contains an invalid request parameter.')
        const items = found.read ? [{ user_id_type: 'open_id', user_id: `ou_${found.to}`, timestamp: String(found.read) }] : []
        return ok({ items, has_more: false })
      },
    }
  })
