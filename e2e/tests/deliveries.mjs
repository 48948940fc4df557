import assert from 'node:assert/strict'
import { violations } from '../lib/axe.mjs'
import { choose, count, go, overflow, says, see, toast } from '../lib/page.mjs'
import { until } from '../lib/until.mjs'
import { dayFromNow, Work } from '../lib/work.mjs'

/** Reminders are sent when their day comes. */
export const demoClock = true

const button = (scope, name) => scope.getByRole('button', { name, exact: true })
const way = (page, name) => page.getByRole('region', { name, exact: true })
const fits = async (page, what) => assert.deepEqual(await overflow(page), { beyond: 0, who: [] }, what)
const NARROW = { viewport: { width: 375, height: 812 }, colorScheme: 'light' }

async function rules(page) {
  await go(page, '/rules/deliveries')
  await see(page.getByRole('heading', { name: '送达规则' }))
  await see(way(page, '短信'))
}
const kept = (api) => api.get('/delivery-rules')
const smsOf = ({ channels }) => channels.find((one) => one.channel === 'sms')
async function write(api, set, more = {}) {
  const { version, rules } = await kept(api)
  const channels = rules.channels.map((one) => (one.channel === 'sms' ? { ...one, ...set } : one))
  return api.post('/delivery-rules', { rules: { ...rules, channels }, reason: '试行', version, ...more })
}

export const tests = {
  async 'a gateway is given so many letters a minute'(app) {
    const { api } = app.people.zhouyun
    const { version, rules: before } = await kept(api)
    await api.post('/delivery-rules', { rules: { ...before, gateways: [{ gateway: 'line', per_minute: 30 }] }, reason: '线路限速', version })
    const page = await app.desk(app.people.zhouyun, { colorScheme: 'light' })
    await rules(page)
    const limits = way(page, '通道限速')
    await says(limits, /line（现在没有这个通道） ?每分钟最多 30 条/)
    await button(page, '修改规则').click()
    const field = limits.getByLabel('line（现在没有这个通道）每分钟上限')
    await field.fill('100001')
    await says(limits.getByRole('alert'), '应为 1 至 100000 的整数')
    await field.fill('20')
    await says(page.locator('.changes'), 'line每分钟上限：每分钟最多 30 条 → 每分钟最多 20 条')
    assert.deepEqual(await violations(page), [])
    await page.getByLabel(/^修改的原因/).fill('线路降速')
    await button(page, '保存').click()
    await toast(page, '已保存，自')
    await says(limits, '每分钟最多 20 条')
    // Emptied, it takes any.
    await button(page, '修改规则').click()
    await field.fill('')
    await page.getByLabel(/^修改的原因/).fill('线路扩容')
    await button(page, '保存').click()
    await toast(page, '已保存，自')
    assert.deepEqual((await kept(api)).rules.gateways, [])
  },

  async 'the centre changes when messages leave and how many, and whoever watches reads it'(app) {
    const page = await app.desk(app.people.zhouyun, { colorScheme: 'light' })
    await rules(page)
    const sms = way(page, '短信')
    await says(sms, /每天 08:00–21:00.*特急消息 立即发，不等发送时间.*一天最多 10 条.*满 3 条合并成一条.*每条 0.045 元/)
    await says(sms, '没有配置通道')
    await says(way(page, '语音电话'), /只在工作日 09:00–11:30、14:30–17:30.*也等到发送时间再发.*不合并.*每条 0.1 元/)
    await says(way(page, '通道不通时'), '过了 4 小时还发不出去的')
    assert.deepEqual(await violations(page), [])

    // What makes no sense is said at its field, and is not sent.
    await button(page, '修改规则').click()
    await sms.getByLabel('第 1 段到').fill('07:00')
    await says(sms.getByRole('alert'), '结束时间应晚于开始时间')
    await sms.getByLabel('短信每日上限').fill('0')
    await says(sms.getByText('应为 1 至 1000 的整数'), '应为')
    assert.ok(await button(page, '保存').isDisabled())
    assert.deepEqual(await violations(page), [])

    await sms.getByLabel('第 1 段到').fill('12:00')
    await button(sms, '添加一段时间').click()
    await sms.getByLabel('第 2 段从').fill('14:00')
    await sms.getByLabel('第 2 段到').fill('20:30')
    await sms.getByLabel('短信发送日子').selectOption('只在工作日')
    await sms.getByLabel('短信每日上限').fill('6')
    await sms.getByLabel('短信费用').fill('0.05')
    await way(page, '邮件').getByLabel('邮件合并').selectOption('不合并')
    await page.getByLabel('放弃前等多久（分钟）').fill('90')
    const changes = page.locator('.changes')
    await says(changes, '短信发送时间：08:00–21:00 → 08:00–12:00、14:00–20:30')
    await says(changes, /短信发送日子：每天 → 只在工作日.*短信每日上限：10 条 → 6 条.*短信费用：0.045 元 → 0.05 元.*邮件合并：满 3 条 → 不合并.*通道不通时：4 小时 → 90 分钟/)
    await button(page, '保存').click()
    await says(page.locator('.steps').getByRole('alert'), '请填写修改的原因')
    await page.getByLabel(/^修改的原因/).fill('干部反映午休时来短信')
    await button(page, '保存').click()
    await toast(page, `已保存，自 ${dayFromNow(0)} 起执行`)
    await says(sms, /只在工作日 08:00–12:00、14:00–20:30.*默认 每天 08:00–21:00.*最多 6 条.*默认 10 条.*每条 0.05 元/)
    await says(page.locator('.versions'), /现行 短信发送时间：.*干部反映午休时来短信 周运/)
    const { rules: now } = await kept(app.people.zhouyun.api)
    const { channel, ...set } = smsOf(now)
    assert.deepEqual([channel, set.daily, set.price, set.workdays_only, now.give_up_after], ['sms', 6, 50, true, 90])

    // The page of the watch says the same, and leads here.
    await go(page, '/watch')
    const limits = page.getByRole('region', { name: '发送时间和上限' })
    await says(limits, '08:00–12:00、14:00–20:30，只在工作日')
    await limits.getByRole('link', { name: '送达规则' }).click()
    await button(page, '修改规则').click()
    await button(sms, '恢复默认 10 条').click()
    await says(changes, '短信每日上限：6 条 → 10 条')
    await page.getByLabel(/^修改的原因/).fill('下月起恢复')
    await page.getByLabel(/^从哪天起执行/).fill(dayFromNow(30))
    await button(page, '保存').click()
    await toast(page, `已保存，自 ${dayFromNow(30)} 起执行`)
    await says(page.locator('.steps'), `已定另一版，自 ${dayFromNow(30)} 起执行：下月起恢复 短信每日上限：6 条 → 10 条`)
    await says(sms, '最多 6 条')

    const leader = await app.desk(app.people.wang, NARROW)
    await rules(leader)
    await says(way(leader, '短信'), '最多 6 条')
    await count(button(leader, '修改规则'), 0)
    await fits(leader, 'the rules at 375')
    assert.deepEqual(await violations(leader), [])
    const outsider = await app.desk(app.people.chen)
    await go(outsider, '/rules/deliveries')
    await says(outsider.locator('main'), '没有这一页')

    await leader.evaluate(() => localStorage.setItem('sbc.locale', '"en"'))
    await go(leader, '/rules/deliveries')
    await says(way(leader, 'text message'), 'At most 6 a day')
    const headings = await leader.locator('main h1, main h2, main dt, main dd').allInnerTexts()
    assert.deepEqual(headings.filter((text) => /\p{Script=Han}/u.test(text)), [])
  },

  async 'what takes over, what leaves at once and how to answer are changed as sentences'(app) {
    const { api } = app.people.zhouyun
    const page = await app.desk(app.people.zhouyun, { colorScheme: 'light' })
    await rules(page)
    await says(way(page, '微信'), '发不出去时 改用短信')
    await says(way(page, '短信'), '回复说明 短信末尾说明怎样回复')
    await says(way(page, '当场外发的消息'), /交办 微信 督办与追问 微信、短信/)
    await button(page, '修改规则').click()
    await page.getByLabel('微信发不出去时').selectOption('改用邮件')
    await page.getByLabel('改用前等多久（分钟）').fill('4')
    await says(way(page, '通道不通时').getByRole('alert'), '应为 5 至 1440 分钟')
    await page.getByLabel('改用前等多久（分钟）').fill('30')
    await page.getByLabel('督办单用语音电话外发').check()
    await page.getByLabel('回复说明').selectOption('不说明怎样回复')
    await says(
      page.locator('.changes'),
      /微信发不出去时：改用短信 → 改用邮件.*多久后改用其他方式：15 分钟 → 30 分钟.*督办单当场外发：微信、短信 → 微信、短信、语音电话/,
    )
    assert.deepEqual(await violations(page), [])
    await page.getByLabel(/^修改的原因/).fill('微信常断')
    await button(page, '保存').click()
    await toast(page, '已保存，自')
    const { rules: now } = await kept(api)
    assert.deepEqual([now.channels.find((one) => one.channel === 'wechat').instead, now.switch_after, now.answer_hint], ['email', 30, false])
  },

  async 'whoever saves second keeps what was typed, and what the first one saved stands'(app) {
    const { zhouyun, admin } = app.people
    const page = await app.desk(zhouyun, NARROW)
    app.expect({ status: 409, path: /\/delivery-rules$/ })
    await rules(page)
    await button(page, '修改规则').click()
    await way(page, '微信').getByLabel('微信每日上限').fill('12')
    await fits(page, 'the fields at 375')
    // In one column what comes next lies far below; a bar leads there.
    await button(page, '去保存').click()
    await page.getByLabel(/^修改的原因/).fill('少打扰')
    const { daily } = smsOf((await kept(admin.api)).rules)
    await write(admin.api, { daily: daily + 1 }, { reason: '管理员先改' })
    await button(page, '保存').click()
    const told = page.locator('.steps').getByRole('alert')
    await says(told, new RegExp(`规则又有改动，这次没有保存.*短信每日上限：${daily} 条 → ${daily + 1} 条 管理员先改 系统管理员.*核对后请再保存`))
    await says(page.locator('.changes'), /^微信每日上限：20 条 → 12 条$/)
    await button(page, '保存').click()
    await toast(page, '已保存，自')
    const { rules: now } = await kept(zhouyun.api)
    assert.deepEqual([smsOf(now).daily, now.channels.find((one) => one.channel === 'wechat').daily], [daily + 1, 12])

    // What is not saved is not lost when the page is left.
    await button(page, '修改规则').click()
    await way(page, '邮件').getByLabel('邮件每日上限').fill('40')
    await page.getByLabel(/^修改的原因/).fill('再少一些')
    page.once('dialog', (ask) => ask.accept())
    await page.locator('main').getByRole('link', { name: '提醒运行' }).click()
    await see(page.getByRole('region', { name: '发送时间和上限' }))
    await rules(page)
    await says(page.locator('.steps'), '已恢复上次没有保存的改动')
    assert.equal(await way(page, '邮件').getByLabel('邮件每日上限').inputValue(), '40')
    page.once('dialog', (ask) => ask.accept())
    await button(page, '放弃改动').click()
    await see(button(page, '修改规则'))
  },

  async 'what was sent is found by whom it was for, however long the name'(app) {
    const bureau = await app.org.newBureau()
    const handler = await app.org.person({
      login: 'maimaiti',
      name: '阿卜杜热合曼·买买提吐尔逊·阿布力孜',
      unit_id: bureau.unit.id,
      post_name: '科员',
      post_kind: 'staff',
    })
    const work = new Work(app.people.zhouyun)
    await work.active('疏通排水口', bureau.unit, bureau.head, handler, { due: { day: dayFromNow(1) }, start_day: dayFromNow(-9) })
    const sent = async () => (await app.org.admin.get(`/deliveries?person_id=${handler.id}`)).items.length
    const caughtUp = async () => (await app.org.admin.get('/reminders/state')).due === 0
    for (let day = 0; day < 6 && !(await sent()); day++) {
      await app.org.admin.post('/demo/clock', { hours: 24 })
      await until('the system to have caught up', caughtUp, 30_000)
    }
    const page = await app.desk(app.people.zhouyun, { colorScheme: 'light' })
    await go(page, '/watch')
    const table = page.getByRole('region', { name: '外发记录' })
    await choose(table, '收件人单位', bureau.unit.short_name, bureau.unit.name)
    await choose(table, '收件人', handler.name)
    await says(table, `只看${handler.name}的`)
    await says(table.getByRole('row').nth(1), handler.name)
    await fits(page, 'the list at 1440')
    const theirs = await app.desk(app.people.zhouyun, NARROW)
    await go(theirs, `/watch?person=${handler.id}`)
    const list = theirs.getByRole('region', { name: '外发记录' })
    await says(list, `只看${handler.name}的`)
    await fits(theirs, 'the list at 375')
    assert.deepEqual(await violations(theirs), [])
    // Nothing found says so, and leads back to everything.
    await list.getByLabel('结果').selectOption('已确认')
    await says(list, '没有符合条件的外发记录')
    await button(list, '看全部记录').click()
    await see(list.getByLabel('收件人单位'))
    await see(list.locator('tbody tr'))
  },
}
