import assert from 'node:assert/strict'
import { dialog, go, gone, says } from '../lib/page.mjs'
import { until } from '../lib/until.mjs'
import { dayFromNow, Work } from '../lib/work.mjs'

/** What goes over the lines is the same whatever database stands behind it. */
export const only = 'sqlite'

/** One gateway of each kind, and of those for short messages an operator's line before a cloud. */
export const ways = { first: ['smpp', 'aliyun'] }
/** Short messages leave on working days, and a reminder when its day comes. */
export const demoClock = true
export const patience = 240_000

const NUMBER = '13900006789'
const SMS = ['smpp', 'aliyun', 'sms', 'tencent', 'huawei', 'cmpp3', 'cmpp2']
const OTHERS = { wecom: 'handler1', dingtalk: 'handler1', feishu: 'handler1', mail: 'handler1@example.org' }
/** What is told of its own accord. */
const TELLING = new Set(SMS)

const part = (page, name) => page.getByRole('region', { name, exact: true })
const button = (scope, name) => scope.getByRole('button', { name, exact: true })
const row = (page, code) => part(page, '通道').getByRole('listitem').filter({ has: page.locator('.code').getByText(code, { exact: true }) })
const taken = async (app, code) => (await fetch(`${app.ways.url}/messages?of=${code}`)).json()
const post = (app, path, fields) => fetch(app.ways.url + path, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' })
const mood = async (app, code, mood) => assert.equal((await post(app, `/mood?of=${code}`, { mood })).status, 303)

/** Somebody answers what the server has written down as sent: an answer that overtakes that note is nobody's. */
async function answered(app, code, person, { to }, text) {
  const noted = async () => {
    const { items } = await app.org.admin.get(`/deliveries?person_id=${person.id}&channel=sms&limit=50`)
    return items.length > 0 && items.every(({ state }) => !['queued', 'sending'].includes(state))
  }
  await until('what was sent to be written down', noted, 30_000)
  assert.equal((await post(app, `/answer?of=${code}`, { to, text })).status, 303)
}

/** Presses the button of a gateway, and answers what the form says then. */
async function tryOut(page, code, to, words) {
  await button(part(page, '通道'), `测试通道 ${code}`).click()
  const form = dialog(page, new RegExp(`^测试通道“${code}”`))
  await form.locator('input').fill(to)
  await button(form, '发送测试').click()
  await says(form.getByRole('status'), words)
  await button(form, '取消').click()
  await gone(form)
}

/** Puts the time forward to ten in the morning, day by day, until what is waited for has come. */
async function byDay(app, what, ask) {
  const { admin } = app.org
  for (let day = 0; day < 12; day++) {
    const { now } = await admin.get('/demo/clock')
    await admin.post('/demo/clock', { hours: (34 - Number(now.slice(11, 13))) % 24 || 24 })
    await until('the system to have caught up', async () => (await admin.get('/reminders/state')).due === 0, 30_000)
    const found = await until(what, ask, 3000).catch(() => null)
    if (found) return found
  }
  throw new Error(`${what} did not come in twelve days`)
}

async function withNumber(app, { id, name }, phone) {
  const { items } = await app.org.admin.get(`/persons?q=${encodeURIComponent(name)}`)
  await app.org.admin.patch(`/persons/${id}`, { version: items.find((one) => one.id === id).version, phone })
}

export const tests = {
  async 'every gateway is tried from the page of the watch, and its twin has the message'(app) {
    const page = await app.desk(app.people.admin, { colorScheme: 'light' })
    await go(page, '/watch')
    const all = [...SMS.map((code) => [code, NUMBER]), ['wechat', 'o-demonstration-01'], ...Object.entries(OTHERS)]
    for (const [code, to] of all) {
      await tryOut(page, code, to, /通道已收下.*请看是否收到/)
      if (code === 'wechat') continue
      const [message, ...more] = await taken(app, code)
      assert.ok(message.to.endsWith(to), `${code}: ${JSON.stringify(message)}`)
      assert.match(message.text, /测试消息，收到说明通道正常。$/, code)
      assert.deepEqual(more, [], code)
      // A receipt was taken in by the server.
      if (TELLING.has(code)) await until(`${code} to tell`, async () => (await taken(app, code))[0].fate === '已送达' && !(await taken(app, code))[0].note)
    }
    assert.match(await (await fetch(`${app.ways.url}/wechat/messages`)).text(), /测试消息/)
    const shown = await app.windows.open(null, {}, '')
    for (const [code, words] of [['smpp', '已连上 1 条'], ['cmpp2', '已连上 1 条'], ['mail', '测试消息'], ['feishu', '查看详情']]) {
      await shown.goto(`${app.ways.url}/?of=${code}`)
      await says(shown.locator('main'), words)
    }
  },

  async 'a gateway says why it does not take something'(app) {
    const page = await app.desk(app.people.admin, { colorScheme: 'light' })
    await go(page, '/watch')
    for (const [code, to] of Object.entries({ wecom: 'stranger', dingtalk: 'stranger', feishu: 'stranger', mail: 'nobody@example.org' })) {
      await tryOut(page, code, to, /没有发出去.*这个号码或地址已经失效/)
    }
    for (const code of ['tencent', 'huawei', 'cmpp3']) {
      await mood(app, code, 'busy')
      await tryOut(page, code, NUMBER, /没有发出去.*通道繁忙或出了故障/)
      await mood(app, code, 'barred')
      await tryOut(page, code, NUMBER, /没有发出去.*通道不认本系统/)
      await mood(app, code, 'well')
      await tryOut(page, code, NUMBER, /通道已收下/)
    }
    await says(row(page, 'mail'), '测试没有通过')
  },

  async 'an urge leaves by an operator and by a messenger, is taken over by a cloud, and is answered by either'(app) {
    const { unit, head, handler } = await app.org.newBureau()
    const { admin } = app.org
    await withNumber(app, head, NUMBER)
    await post(app, '/come?of=wecom', { text: 'juzhang' })
    await admin.put(`/people/${head.id}/addresses`, { gateway: 'wecom', value: 'juzhang' })
    const { api } = app.people.zhouyun
    const work = new Work(app.people.zhouyun)
    const task = await work.active('整治河道排污口', unit, head, handler)
    const urge = (text) => api.post(`/tasks/${task.id}/urges`, { text })
    const replies = async () => JSON.stringify((await api.get(`/tasks/${task.id}/urges`)).items)
    const about = (words) => async (code) => (await taken(app, code)).find(({ text }) => text.includes(words))

    await urge(`请说明进展。${'沿河十二处排污口的封堵、截流和监测情况逐处写清，'.repeat(4)}明天报来。`)
    const first = await byDay(app, 'the urge', () => about('请说明进展')('smpp'))
    // It came in parts, and was put together again.
    assert.ok(first.parts > 1 && first.text.startsWith('【滨海新区】'), JSON.stringify(first))
    await until('the messenger to have it', () => about('请说明进展')('wecom'))
    await answered(app, 'smpp', head, first, '回 已封堵十处')
    await until('the answer', async () => (await replies()).includes('已封堵十处'))

    await mood(app, 'smpp', 'barred')
    await urge('其余两处何时封堵？')
    const second = await until('the cloud to take over', () => about('其余两处')('aliyun'), 60_000)
    await answered(app, 'aliyun', head, second, '回：本周五')
    await until('the second answer', async () => (await replies()).includes('本周五'))
    await mood(app, 'smpp', 'well')

    const page = await app.desk(app.people.admin, { colorScheme: 'light' })
    await go(page, '/watch')
    await says(row(page, 'aliyun'), '正常')
    await says(row(page, 'wecom'), '正常')
    await says(row(page, 'smpp'), /暂停至.*出错：/)
  },

  async 'a mailbox is bound by the number in a letter'(app) {
    const { handler } = await app.org.newBureau()
    await handler.api.post('/me/addresses/mailbox-codes', { mailbox: 'jingban@example.org' })
    const letter = await until('the letter', async () => (await taken(app, 'mail')).find(({ to }) => to === 'jingban@example.org'))
    await handler.api.post('/me/addresses/mailbox', { code: /\d{6}/.exec(letter.text)[0] })
    const { addresses } = await handler.api.get('/me/addresses')
    assert.ok(addresses.some(({ kind }) => kind === 'mailbox'))
  },

  async 'a one in answer over an operator line ends a reminder'(app) {
    const { unit, head, handler } = await app.org.newBureau()
    await withNumber(app, handler, '13900007890')
    const { api } = app.people.zhouyun
    const today = (await app.org.admin.get('/demo/clock')).now.slice(0, 10)
    const soon = new Date(Date.parse(today) + 86_400_000).toISOString().slice(0, 10)
    const task = await new Work(app.people.zhouyun).active('清理占道经营', unit, head, handler, { due: { day: soon }, start_day: dayFromNow(0) })
    const overdue = async () => {
      // The short message leaves in the afternoon.
      await app.org.admin.post('/demo/clock', { hours: 5 })
      return until('the short message', async () => (await taken(app, 'smpp')).find(({ to, text }) => to === '13900007890' && text.includes('逾期')), 3000)
    }
    const letter = await byDay(app, 'the reminder', overdue)
    assert.match(letter.text, /收到请回复1。$/)
    await answered(app, 'smpp', handler, letter, '1')
    await until('the answer to be understood', async () => {
      const { items } = await api.get(`/tasks/${task.id}/timeline`)
      return items.some(({ action, actor }) => action === 'acknowledged' && actor.id === handler.id)
    })
    const page = await app.desk(app.people.admin, { colorScheme: 'light' })
    await go(page, '/watch')
    await says(row(page, 'smpp'), '正常')
  },
}
