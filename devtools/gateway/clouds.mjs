// The public clouds for short messages: 阿里云, 腾讯云, 华为云. They check the signature as the vendors do, answer in their words, and call
// the server with receipts and answers. Times are not checked: the server's clock may have been put forward.
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { Box, phoneTitle, replyForm, wall } from './box.mjs'
import { path } from './entries.mjs'

const sha256 = (text) => createHash('sha256').update(text).digest('hex')
const hmac = (key, text) => createHmac('sha256', key).update(text).digest()
const encoded = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
/** `value` of `name=value` in a header of pairs. */
const pair = (header, name) => new RegExp(`(?:^|[ ,])${name}="?([^",]*)`).exec(header ?? '')?.[1] ?? ''
const shown = (signature, words) => (signature ? `【${signature}】` : '') + words.join(' ')

/** What the three have in common; `vendor` says what is particular to one. */
function cloud(entry, { server, whose }, label, vendor) {
  const box = new Box(entry, server, { label })
  const prefix = path(entry.of.base_url)
  const calls = vendor({
    box,
    of: entry.of,
    /** Takes a message, and has its receipts told by `say(message, arrived)`. */
    take(message, say) {
      const taken = box.take({ ...message, provider_id: randomBytes(8).toString('hex') })
      void box.receipts(taken, (arrived) => say(taken, arrived))
      return taken
    },
  })
  return {
    box,
    async http(asked, json) {
      if (asked.url.pathname !== prefix && !asked.url.pathname.startsWith(`${prefix}/`)) return false
      if (box.mood === 'broken') json(500, { error: 'broken' })
      else {
        await box.patience()
        json(...calls.http({ ...asked, path: asked.url.pathname.slice(prefix.length) || '/' }))
      }
      return true
    },
    acts: { answer: (form) => box.answer(form.get('to'), form.get('text'), (text) => calls.reply(form.get('to'), text)) },
    side: () => box.side(box.cards(phoneTitle(whose), (to) => replyForm(box.code, to, '1'))),
  }
}

const JSON_TYPE = 'application/json'
const FORM_TYPE = 'application/x-www-form-urlencoded'

/** ACS3-HMAC-SHA256 and SendSms, QuerySendDetails of dysmsapi 2017-05-25. */
export const aliyun = (entry, tools) =>
  cloud(entry, tools, '阿里云短信', ({ box, of, take }) => {
    const error = (status, Code, Message) => [status, { Code, Message, RequestId: 'twin' }]
    function signed({ method, path, url, headers, body }) {
      const names = pair(headers.authorization, 'SignedHeaders')
      const canonical = names.split(';').map((name) => `${name}:${(headers[name] ?? '').trim()}\n`).join('')
      const query = [...url.searchParams].map(([name, value]) => `${encoded(name)}=${encoded(value)}`).sort().join('&')
      const request = sha256(`${method}\n${path}\n${query}\n${canonical}\n${names}\n${sha256(body)}`)
      const signature = hmac(of.key_secret, `ACS3-HMAC-SHA256\n${request}`).toString('hex')
      return (
        headers['x-acs-content-sha256'] === sha256(body) &&
        headers.authorization === `ACS3-HMAC-SHA256 Credential=${of.key_id},SignedHeaders=${names},Signature=${signature}`
      )
    }
    const receipt = (message, arrived) => {
      const [err_code, err_msg] = arrived ? ['DELIVERED', '用户接收成功'] : ['MK:0001', '空号']
      const { to: phone_number, provider_id: biz_id, id: out_id } = message
      const entry = { phone_number, send_time: wall(), report_time: wall(), success: arrived, err_code, err_msg, sms_size: '1', biz_id, out_id }
      return box.post(JSON_TYPE, JSON.stringify([entry]))
    }
    const row = ({ to, id, arrived }) => ({
      PhoneNum: to,
      OutId: id,
      SendStatus: arrived === undefined ? 1 : arrived ? 3 : 2,
      ErrCode: arrived ? 'DELIVERED' : 'MK:0001',
      ReceiveDate: wall(),
    })
    return {
      http(asked) {
        const get = (name) => asked.url.searchParams.get(name) ?? ''
        if (!signed(asked) || box.mood === 'barred') return error(400, 'SignatureDoesNotMatch', 'Specified signature is not matched with our calculation.')
        if (asked.headers['x-acs-action'] === 'QuerySendDetails') {
          const rows = box.messages.filter(({ to, provider_id }) => to === get('PhoneNumber') && [provider_id, ''].includes(get('BizId'))).map(row)
          return [200, { Code: 'OK', Message: 'OK', TotalCount: rows.length, SmsSendDetailDTOs: { SmsSendDetailDTO: rows } }]
        }
        if (asked.headers['x-acs-action'] !== 'SendSms') return error(404, 'InvalidAction.NotFound', 'Specified api is not found.')
        if (box.mood === 'busy') return error(200, 'isv.BUSINESS_LIMIT_CONTROL', '触发分钟级流控')
        if (!get('SignName') || !get('TemplateCode')) return error(200, 'isv.SMS_TEMPLATE_ILLEGAL', '短信模板不合法')
        const text = shown(get('SignName'), Object.values(JSON.parse(get('TemplateParam') || '{}')))
        const { provider_id } = take({ id: get('OutId'), to: get('PhoneNumbers'), text }, receipt)
        return [200, { Code: 'OK', Message: 'OK', BizId: provider_id, RequestId: 'twin' }]
      },
      reply: (from, content) =>
        box.post(JSON_TYPE, JSON.stringify([{ phone_number: from, send_time: wall(), content, sign_name: '滨海新区', dest_code: '01', sequence_id: Date.now() }])),
    }
  })

/** TC3-HMAC-SHA256 and SendSms, PullSmsSendStatusByPhoneNumber of sms 2021-01-11. */
export const tencent = (entry, tools) =>
  cloud(entry, tools, '腾讯云短信', ({ box, of, take }) => {
    const answer = (more) => [200, { Response: { ...more, RequestId: 'twin' } }]
    const error = (Code, Message) => answer({ Error: { Code, Message } })
    function signed({ headers, body }) {
      const names = pair(headers.authorization, 'SignedHeaders')
      const canonical = names.split(';').map((name) => `${name}:${(headers[name] ?? '').trim().toLowerCase()}\n`).join('')
      const at = headers['x-tc-timestamp'] ?? '0'
      const date = new Date(Number(at) * 1000).toISOString().slice(0, 10)
      const scope = `${date}/sms/tc3_request`
      const key = hmac(hmac(hmac(`TC3${of.secret_key}`, date), 'sms'), 'tc3_request')
      const request = sha256(`POST\n/\n\n${canonical}\n${names}\n${sha256(body)}`)
      const signature = hmac(key, `TC3-HMAC-SHA256\n${at}\n${scope}\n${request}`).toString('hex')
      return headers.authorization === `TC3-HMAC-SHA256 Credential=${of.secret_id}/${scope}, SignedHeaders=${names}, Signature=${signature}`
    }
    const mobile = (to) => to.replace(/^\+86/, '')
    const receipt = ({ to, provider_id }, arrived) => {
      const [report_status, errmsg, description] = arrived ? ['SUCCESS', 'DELIVRD', '用户短信送达成功'] : ['FAIL', 'MK:0001', '空号']
      const entry = { user_receive_time: wall(), nationcode: '86', mobile: mobile(to), report_status, errmsg, description, sid: provider_id }
      return box.post(JSON_TYPE, JSON.stringify([entry]))
    }
    const row = ({ to, id, provider_id, arrived }) => ({
      UserReceiveTime: Math.floor(Date.now() / 1000),
      CountryCode: '86',
      SubscriberNumber: mobile(to),
      PhoneNumber: to,
      SerialNo: provider_id,
      ReportStatus: arrived ? 'SUCCESS' : 'FAIL',
      Description: arrived ? '用户短信送达成功' : '空号',
      SessionContext: id,
    })
    const LIMIT = ['LimitExceeded.PhoneNumberThirtySecondLimit', '单个手机号30秒内下发短信条数超过设定的上限']
    return {
      http(asked) {
        if (!signed(asked) || box.mood === 'barred') return error('AuthFailure.SignatureFailure', 'The provided credentials could not be validated.')
        const given = JSON.parse(asked.body)
        const action = asked.headers['x-tc-action']
        if (action === 'PullSmsSendStatusByPhoneNumber') {
          const rows = box.messages.filter(({ to, arrived }) => to === given.PhoneNumber && arrived !== undefined).map(row)
          return answer({ PullSmsSendStatusSet: rows })
        }
        if (action !== 'SendSms') return error('InvalidAction', 'no such action')
        if (String(given.SmsSdkAppId) !== String(of.app_id)) return error('InvalidParameterValue.SdkAppIdNotExist', 'SdkAppId 不存在')
        const [to, SessionContext] = [given.PhoneNumberSet[0], given.SessionContext]
        const status = (Code, Message, more) =>
          answer({ SendStatusSet: [{ SerialNo: '', PhoneNumber: to, Fee: 0, SessionContext, Code, Message, IsoCode: 'CN', ...more }] })
        if (box.mood === 'busy') return status(...LIMIT)
        const { provider_id } = take({ id: SessionContext, to, text: shown(given.SignName, given.TemplateParamSet) }, receipt)
        return status('Ok', 'send success', { SerialNo: provider_id, Fee: 1 })
      },
      reply: (from, text) =>
        box.post(JSON_TYPE, JSON.stringify({ extend: '01', mobile: mobile(from), nationcode: '86', sign: '滨海新区', text, time: Math.floor(Date.now() / 1000) })),
    }
  })

const REALM = 'WSSE realm="SDP",profile="UsernameToken",type="Appkey"'

/** X-WSSE and batchSendSms v1. Receipts go where each message says. */
export const huawei = (entry, tools) =>
  cloud(entry, tools, '华为云短信', ({ box, of, take }) => {
    function signed({ headers }) {
      const given = headers['x-wsse']
      const [nonce, created] = [pair(given, 'Nonce'), pair(given, 'Created')]
      const digest = Buffer.from(sha256(nonce + created + of.app_secret)).toString('base64')
      const right = `UsernameToken Username="${of.app_key}",PasswordDigest="${digest}",Nonce="${nonce}",Created="${created}"`
      return headers.authorization === REALM && given === right
    }
    const receipt = ({ to, id, provider_id, told }, arrived) => {
      if (!told) return Promise.resolve('没有写 status_callback，不回执')
      const status = arrived ? 'DELIVRD' : 'MK:0001'
      const at = new Date().toISOString().replace(/\.\d+/, '')
      const form = { sequence: 1, total: 1, updateTime: at, source: 2, smsMsgId: provider_id, status, to, extend: id, ...(arrived ? {} : { statusDesc: '空号' }) }
      return box.post(FORM_TYPE, new URLSearchParams(form).toString(), told)
    }
    return {
      http(asked) {
        if (asked.path !== '/sms/batchSendSms/v1') return [404, {}]
        if (!signed(asked) || box.mood === 'barred') return [401, { code: 'E000105', description: 'The PasswordDigest is invalid.' }]
        const form = new URLSearchParams(asked.body)
        const get = (name) => form.get(name) ?? ''
        const result = (status, smsMsgId = '') => [
          { originTo: get('to'), createTime: new Date().toISOString(), from: get('from'), smsMsgId, status, countryId: 'CN', total: 1 },
        ]
        const refused = (status) => [200, { code: 'E000510', description: 'The SMS fails to be sent.', result: result(status) }]
        if (get('from') !== String(of.sender)) return refused('E000623')
        if (box.mood === 'busy') return refused('E200015')
        const text = shown(get('signature'), JSON.parse(get('templateParas') || '[]'))
        const { provider_id } = take({ id: get('extend'), to: get('to'), text, told: get('statusCallback') }, receipt)
        return [200, { code: '000000', description: 'Success', result: result('000000', provider_id) }]
      },
      reply: (from, body) =>
        box.post(FORM_TYPE, new URLSearchParams({ from, to: String(of.sender), body, smsMsgId: `up-${Date.now()}` }).toString()),
    }
  })
