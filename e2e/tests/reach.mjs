import assert from 'node:assert/strict'
import { createECDH, randomBytes } from 'node:crypto'
import { violations } from '../lib/axe.mjs'
import { at, count, dialog, go, gone, overflow, says, see, toast } from '../lib/page.mjs'
import { until } from '../lib/until.mjs'
import { dayFromNow, Work } from '../lib/work.mjs'

/** What its verbs ask of PostgreSQL, the promises and the API's tests ask there, too. */
export const only = 'sqlite'

/** Messages go out, to gateways of the test's own. */
export const ways = true
/** Reminders are sent when their day comes. */
export const demoClock = true
/** Days go by in one of the tests. */
export const patience = 180_000

const button = (scope, name) => scope.getByRole('button', { name, exact: true })
const part = (page, name) => page.getByRole('region', { name, exact: true })
const fits = async (page, what) => assert.deepEqual(await overflow(page), { beyond: 0, who: [] }, what)
const NARROW = { viewport: { width: 375, height: 812 }, colorScheme: 'light' }
const mine = ({ api }) => api.get('/me/addresses')
const boundTo = async (person, kind) => (await mine(person)).addresses.filter((one) => one.kind === kind)

/** The codes that wait to be scanned, the latest last. */
async function waiting(app) {
  const page = await (await fetch(app.ways.url)).text()
  // The page has the newest first.
  return [...page.matchAll(/name="ticket" value="(\w+)"/g)].map((match) => match[1]).reverse()
}
/** Scans as a user of WeChat does; answers what the official account says to them. */
async function scan(app, ticket, openid) {
  const body = new URLSearchParams({ ticket, openid })
  const answer = await fetch(`${app.ways.url}/wechat/scan`, { method: 'POST', body, redirect: 'manual' })
  assert.equal(answer.status, 303)
}
async function latest(app, before) {
  const fresh = async () => (await waiting(app)).filter((one) => !before.includes(one)).pop()
  return until('a code to be asked for', fresh)
}

/** A browser's subscription, as its push service would have made it. */
function subscription() {
  const keys = createECDH('prime256v1')
  keys.generateKeys()
  return {
    endpoint: `https://push.example.net/${randomBytes(12).toString('hex')}`,
    keys: { p256dh: keys.getPublicKey('base64url'), auth: randomBytes(16).toString('base64url') },
  }
}
/** Subscribes without a push service: none is on this machine. */
const subscribe = (page, given) =>
  page.addInitScript((given) => {
    const kept = 'test.subscription'
    const made = () => ({ toJSON: () => given, unsubscribe: async () => !localStorage.removeItem(kept) })
    PushManager.prototype.getSubscription = async () => (localStorage.getItem(kept) ? made() : null)
    PushManager.prototype.subscribe = async (options) => {
      localStorage.setItem(kept, JSON.stringify(options))
      return made()
    }
  }, given)

/** Brings a message to a service worker as the browser does when its push service has one; then looks at what is shown. */
async function push(page, scope, message) {
  const talk = await page.context().newCDPSession(page)
  const found = new Promise((done) =>
    talk.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const one = registrations.find(({ scopeURL }) => new URL(scopeURL).pathname === scope)
      if (one) done(one.registrationId)
    }),
  )
  await talk.send('ServiceWorker.enable')
  const registrationId = await found
  await talk.send('ServiceWorker.deliverPushMessage', { origin: new URL(page.url()).origin, registrationId, data: JSON.stringify(message) })
  return talk.detach()
}
const shown = (page, scope) =>
  page.evaluate(async (scope) => {
    const all = await navigator.serviceWorker.getRegistrations()
    const own = all.find((one) => new URL(one.scope).pathname === scope)
    return (await own.getNotifications()).map(({ title, body, tag, data }) => ({ title, body, tag, path: data.path }))
  }, scope)
/** Touches a notice; answers where that leads, or which page came to the front. */
async function touch(page, script, tag) {
  const worker = page.context().serviceWorkers().find((one) => one.url().endsWith(script))
  return worker.evaluate(async (tag) => {
    const [notification] = await self.registration.getNotifications({ tag })
    return new Promise((done, refuse) => {
      self.clients.openWindow = async (url) => done(`opened ${new URL(url).pathname}`)
      WindowClient.prototype.focus = async function () {
        done(`focused ${new URL(this.url).pathname}`)
        return this
      }
      self.dispatchEvent(new NotificationEvent('notificationclick', { notification }))
      setTimeout(() => refuse(new Error('nothing was opened')), 5000)
    })
  }, tag)
}

export const tests = {
  async 'somebody binds WeChat by a code at the desk, once, and takes it away again'(app) {
    const { handler } = await app.org.newBureau()
    const page = await app.desk(handler, { colorScheme: 'light' })
    await go(page, '/')
    await button(page, `我的 ${handler.name}`).click()
    await page.getByRole('link', { name: '提醒方式' }).click()
    await at(page, '/reach')
    const wechat = part(page, '微信')
    await says(wechat, '未绑定')
    await says(part(page, '手机'), /接收短信|没有登记手机号/)
    assert.deepEqual(await violations(page), [])
    await fits(page, 'the page at 1440')

    const before = await waiting(app)
    await button(wechat, '绑定微信').click()
    const form = dialog(page, '绑定微信')
    await see(form.getByRole('img', { name: '绑定微信的二维码' }))
    await says(form, /\d\d:\d\d 之前有效/)
    const first = await latest(app, before)
    assert.deepEqual(await violations(page), [])
    // Another code takes the place of the first: who scans that one binds nothing.
    await button(form, '换一张二维码').click()
    const second = await latest(app, [...before, first])
    await scan(app, first, 'o-demonstration-01')
    assert.deepEqual(await boundTo(handler, 'openid'), [])
    await scan(app, second, 'o-demonstration-01')
    await gone(form)
    await toast(page, '已绑定微信')
    await says(wechat, /已绑定 .*绑定 · 还没有发过消息/)
    await count(button(wechat, '绑定微信'), 0)
    assert.equal((await boundTo(handler, 'openid')).length, 1)

    // An account of WeChat is one person's: who binds it next has it.
    const other = (await app.org.newBureau()).handler
    const { url } = await other.api.post('/me/addresses/openid-codes', { gateway: 'wechat' })
    await scan(app, url.split('/').pop(), 'o-demonstration-01')
    assert.equal((await boundTo(other, 'openid')).length, 1)
    await page.reload()
    await says(wechat, '未绑定')

    const theirs = await app.desk(other)
    await go(theirs, '/reach')
    theirs.once('dialog', (ask) => ask.accept())
    await button(part(theirs, '微信'), '解除绑定').click()
    await toast(theirs, '已解除绑定')
    await says(part(theirs, '微信'), '未绑定')
    assert.deepEqual(await boundTo(other, 'openid'), [])
  },

  async 'on the phone the code is in a sheet that closes when it has been scanned'(app) {
    const { handler } = await app.org.newBureau()
    const page = await app.phone(handler, { colorScheme: 'light' })
    await go(page, '/me')
    await page.getByRole('link', { name: '提醒方式' }).tap()
    await at(page, '/m/reach')
    await fits(page, 'the page at 375')
    assert.deepEqual(await violations(page), [])
    const before = await waiting(app)
    await button(part(page, '微信'), '绑定微信').tap()
    const sheet = dialog(page, '绑定微信')
    await says(sheet, '从“相册”里选它')
    await see(sheet.getByRole('img'))
    await fits(page, 'the sheet at 375')
    await scan(app, await latest(app, before), 'o-demonstration-02')
    await gone(sheet)
    await says(part(page, '微信'), '已绑定')

    const inside = await app.phone(handler, { userAgent: 'Mozilla/5.0 (Linux; Android 13; Pixel 7) Chrome/126.0 Mobile Safari/537.36 MicroMessenger/8.0.49' })
    await go(inside, '/reach')
    await says(part(inside, '浏览器通知'), '微信、企业微信里的页面不能显示通知')
    inside.once('dialog', (ask) => ask.accept())
    await button(part(inside, '微信'), '解除绑定').tap()
    await button(part(inside, '微信'), '绑定微信').tap()
    await says(dialog(inside, '绑定微信'), '长按二维码，选“识别图中的二维码”')
  },

  async 'a mailbox is bound by the number that was sent to it'(app) {
    const { handler } = await app.org.newBureau()
    const page = await app.desk(handler, NARROW)
    app.expect({ status: 422, path: /\/me\/addresses\// })
    await go(page, '/reach')
    const mail = part(page, '邮件')
    await mail.getByLabel('邮箱地址').fill('没有写完')
    await button(mail, '发送验证码').click()
    await says(mail.getByRole('alert'), '不是有效的邮箱地址')
    await mail.getByLabel('邮箱地址').fill('jingban@example.gov.cn')
    await button(mail, '发送验证码').click()
    await says(mail.getByRole('status'), '验证码已发到 jingban@example.gov.cn')
    const letter = await until('the letter', () => app.ways.letters.find(({ to }) => to.includes('jingban@example.gov.cn')))
    const [number] = /\d{6}/.exec(letter.text)
    await mail.getByLabel('验证码').fill(number === '000000' ? '111111' : '000000')
    await button(mail, '完成绑定').click()
    await says(mail.getByRole('alert'), '验证码不正确')
    await fits(page, 'the mailbox at 375')
    assert.deepEqual(await violations(page), [])
    // Whoever comes back later still finds where the number is wanted.
    await page.reload()
    await mail.getByLabel('验证码').fill(number)
    await button(mail, '完成绑定').click()
    await toast(page, '已绑定邮箱')
    await says(mail, /已绑定 jingban@example.gov.cn/)
    page.once('dialog', (ask) => ask.accept())
    await button(mail, '解除绑定').click()
    await see(mail.getByLabel('邮箱地址'))
    assert.deepEqual(await boundTo(handler, 'mailbox'), [])
  },

  async 'a browser is asked in words, shows notices from then on, and no more once its owner has signed out'(app) {
    const { handler } = await app.org.newBureau()
    const given = subscription()
    const page = await app.desk(handler, { colorScheme: 'light' })
    await page.context().grantPermissions(['notifications'])
    await subscribe(page, given)
    await go(page, '/reach')
    const notices = part(page, '浏览器通知')
    await says(notices, '浏览器会问是否允许显示通知，请选“允许”')
    assert.equal(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length), 0, 'nothing is registered before that')
    await notices.getByLabel('这台设备叫什么').fill('办公室电脑')
    await button(notices, '在这台设备上开启').click()
    await toast(page, '已开启')
    await says(notices.getByRole('list'), /办公室电脑 这台设备 .*还没有发过消息/)
    const [bound] = await boundTo(handler, 'browser')
    assert.deepEqual([bound.label, bound.shown], ['办公室电脑', null])
    assert.deepEqual(await violations(page), [])
    // It is known again, and nothing of the program is kept by it.
    await page.reload()
    await says(notices.getByRole('list'), '办公室电脑 这台设备')
    assert.deepEqual(await page.evaluate(() => caches.keys()), [])

    await push(page, '/', { id: 'n1', title: '临近到期', body: '清淤疏浚还有 3 天到期', path: '/tasks/1' })
    await push(page, '/', { id: 'n1', title: '临近到期', body: '清淤疏浚还有 3 天到期', path: '/tasks/1' })
    // What is brought to a worker that is just being woken may be lost on the way; the same tag is the same notice.
    const all = await until('both notices', async () => {
      const found = await shown(page, '/')
      if (found.some(({ tag }) => tag === 'n2')) return found
      await push(page, '/', { id: 'n2', title: '2 项提醒', body: '您有 2 项提醒', path: 'https://elsewhere.example/' })
      return false
    })
    assert.deepEqual(
      all.sort((a, b) => a.tag.localeCompare(b.tag)),
      [
        { title: '临近到期', body: '清淤疏浚还有 3 天到期', tag: 'n1', path: '/tasks/1' },
        { title: '2 项提醒', body: '您有 2 项提醒', tag: 'n2', path: '/inbox' },
      ],
    )
    assert.equal(await touch(page, '/sw.js', 'n1'), 'opened /tasks/1')
    await go(page, '/inbox')
    assert.equal(await touch(page, '/sw.js', 'n2'), 'focused /inbox')

    // Another device is taken away from here; this one ends with its owner's session.
    const { endpoint, keys } = subscription()
    await handler.api.post('/me/addresses/browsers', { endpoint, ...keys, label: '家里的电脑' })
    await go(page, '/reach')
    await button(notices, '关闭家里的电脑的通知').click()
    await toast(page, '已关闭')
    assert.deepEqual((await boundTo(handler, 'browser')).map(({ label }) => label), ['办公室电脑'])
    await button(page, `我的 ${handler.name}`).click()
    await button(page, '退出').click()
    await at(page, /^\/sign-in/)
    await until('no subscription', () => page.evaluate(() => localStorage.getItem('test.subscription') === null))
  },

  async 'on the phone the shell shows notices, and one that was refused is told how to allow them'(app) {
    const { handler } = await app.org.newBureau()
    const page = await app.phone(handler, { colorScheme: 'light' })
    await page.context().grantPermissions(['notifications'])
    await subscribe(page, subscription())
    await go(page, '/reach')
    const notices = part(page, '浏览器通知')
    assert.equal(await notices.getByLabel('这台设备叫什么').inputValue(), 'Android · Chrome')
    await button(notices, '在这台设备上开启').tap()
    await says(notices.getByRole('list'), 'Android · Chrome 这台设备')
    await fits(page, 'the devices at 375')
    await push(page, '/m', { id: 'n1', title: '督办', body: '请今天回复', path: '/tasks/2' })
    await until('the notice', async () => (await shown(page, '/m')).length === 1)
    assert.equal(await touch(page, '/m-sw.js', 'n1'), 'opened /m/tasks/2')
    await button(notices, '关闭Android · Chrome的通知').tap()
    await see(button(notices, '在这台设备上开启'))
    assert.deepEqual(await boundTo(handler, 'browser'), [])

    const refused = await app.desk(handler)
    await refused.addInitScript(() => Object.defineProperty(Notification, 'permission', { value: 'denied' }))
    await go(refused, '/reach')
    await says(part(refused, '浏览器通知'), '您曾经拒绝过本系统显示通知')
    const without = await app.desk(handler)
    await without.context().grantPermissions(['notifications'])
    await without.addInitScript(() => {
      PushManager.prototype.subscribe = () => Promise.reject(new DOMException('Registration failed - push service error', 'AbortError'))
    })
    await go(without, '/reach')
    await button(part(without, '浏览器通知'), '在这台设备上开启').click()
    await says(part(without, '浏览器通知').getByRole('alert'), '连不上浏览器厂商的推送服务')
  },

  async 'the administrator keeps by which account a messenger knows somebody, who reads it'(app) {
    const { handler, unit } = await app.org.newBureau()
    const page = await app.desk(app.people.admin, { colorScheme: 'light' })
    await go(page, '/org')
    await page.getByRole('searchbox', { name: '按姓名查找（全部单位）' }).fill(handler.name)
    await button(page, `修改 ${handler.name}`).click()
    const form = dialog(page, '修改人员')
    await form.getByLabel('企业微信账号').fill('jingban01')
    assert.deepEqual(await violations(page), [])
    await button(form, '保存').click()
    await gone(form)
    assert.deepEqual((await boundTo(handler, 'userid')).map(({ shown, gateway }) => [gateway, shown]), [['wecom', 'jingban01']])
    const theirs = await app.desk(handler, NARROW)
    await go(theirs, '/reach')
    await says(part(theirs, '办公通讯'), '已绑定 企业微信 jingban01')
    await count(part(theirs, '办公通讯').getByRole('button'), 0)
    await button(page, `修改 ${handler.name}`).click()
    await form.getByLabel('企业微信账号').fill('')
    await button(form, '保存').click()
    await gone(form)
    await theirs.reload()
    await says(part(theirs, '办公通讯'), '没有登记账号')
    assert.ok(unit.id)
  },

  async 'a gateway is tried from the page of the watch, and what was sent is found by rule and day, sent again and taken along'(app) {
    const page = await app.desk(app.people.zhouyun, { colorScheme: 'light' })
    app.expect({ status: 422, path: /\/tests$/ })
    await go(page, '/watch')
    const ways = part(page, '通道')
    await button(ways, '测试通道 sms').click()
    const form = dialog(page, '测试通道“sms”（短信）')
    await button(form, '发送测试').click()
    await says(form.getByRole('alert'), '请填写接收测试消息的号码或地址')
    await form.getByLabel('手机号').fill('13800138000')
    await button(form, '发送测试').click()
    await says(form.getByRole('status'), /通道已收下，发往 138\*{4}8000，用时 \d+ 毫秒/)
    assert.deepEqual(await violations(page), [])
    const told = await (await fetch(`${app.ways.url}/messages`)).json()
    assert.match(told.at(-1).text, /测试消息/)
    await fetch(`${app.ways.url}/mood`, { method: 'POST', body: new URLSearchParams({ mood: 'broken' }), redirect: 'manual' })
    await button(form, '发送测试').click()
    await says(form.getByRole('status'), /没有发出去（用时 \d+ 毫秒，发往 138\*{4}8000）：通道繁忙或出了故障，这一次没有收（通道原话：/)
    await fetch(`${app.ways.url}/mood`, { method: 'POST', body: new URLSearchParams({ mood: 'well' }), redirect: 'manual' })
    await button(form, '取消').click()
    await gone(form)
    // The lamp tells of what was sent; that the test failed stands beside it.
    await says(ways, '测试没有通过')

    const leader = await app.desk(app.people.wang, NARROW)
    await go(leader, '/watch')
    await says(part(leader, '通道'), 'sms')
    await count(button(part(leader, '通道'), '测试通道 sms'), 0)
    const list = part(leader, '外发记录')
    await list.getByLabel('规则').selectOption('临近到期')
    await at(leader, /rule=/)
    await list.getByLabel('从哪天起').fill('2026-11-20')
    await list.getByLabel('到哪天止').fill('2026-11-10')
    await says(list.getByRole('alert'), '开始日期晚于结束日期')
    await fits(leader, 'the list at 375')
    assert.deepEqual(await violations(leader), [])
    const [file] = await Promise.all([leader.waitForEvent('download'), button(list, '导出').click()])
    assert.match(file.suggestedFilename(), /送达记录.*\.csv/)
  },

  async 'what did not arrive is sent once more, when there is somewhere to send it to'(app) {
    const { unit, head, handler } = await app.org.newBureau()
    const work = new Work(app.people.zhouyun)
    await work.active('加固堤防两处', unit, head, handler, { due: { day: dayFromNow(1) }, start_day: dayFromNow(-9) })
    const to = async () => (await app.org.admin.get(`/deliveries?person_id=${handler.id}&channel=wechat`)).items
    const caughtUp = async () => (await app.org.admin.get('/reminders/state')).due === 0
    // By day, when messages leave.
    const { now } = await app.org.admin.get('/demo/clock')
    await app.org.admin.post('/demo/clock', { hours: (34 - Number(now.slice(11, 13))) % 24 || 24 })
    // Over a weekend it takes longer.
    for (let day = 0; day < 6 && !(await to()).length; day++) {
      await app.org.admin.post('/demo/clock', { hours: 24 })
      await until('the system to have caught up', caughtUp, 30_000)
    }
    await until('nothing to have been sent', async () => (await to()).some(({ reason }) => reason === 'no_address'), 60_000)
    const { url } = await handler.api.post('/me/addresses/openid-codes', { gateway: 'wechat' })
    await scan(app, url.split('/').pop(), 'o-demonstration-03')

    const page = await app.desk(app.people.zhouyun, { colorScheme: 'light' })
    await go(page, `/watch?person=${handler.id}&channel=wechat`)
    const list = part(page, '外发记录')
    await says(list, '未发送（没有联系方式）')
    // What became of it, moment by moment.
    const trace = list.locator('tbody tr').filter({ hasText: '未发送（没有联系方式）' }).first().locator('details')
    await trace.locator('summary').click()
    await says(trace, /^经过 \d{4}-\d\d-\d\d \d\d:\d\d 写成 .*没有发送/)
    page.once('dialog', (ask) => ask.accept())
    await list.getByRole('button', { name: `重发给${handler.name}的这一条` }).first().click()
    await toast(page, `已安排重发给${handler.name}`)
    await says(list, '已重发')
    const arrived = async () => (await (await fetch(`${app.ways.url}/wechat/messages`)).json()).find((one) => one.openid === 'o-demonstration-03')
    await until('WeChat to have it', arrived, 60_000)
    const theirs = await app.desk(handler)
    await go(theirs, '/reach')
    await says(part(theirs, '微信'), /已绑定 .*最近一条/)
    assert.deepEqual(await violations(page), [])
    await fits(page, 'the watch at 1440')
  },
}
