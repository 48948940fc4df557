import assert from 'node:assert/strict'
import { violations } from '../lib/axe.mjs'
import { at, go, overflow, says, see, toast } from '../lib/page.mjs'
import { press } from '../lib/thumb.mjs'
import { until } from '../lib/until.mjs'
import { Work } from '../lib/work.mjs'

/** What its verbs ask of PostgreSQL, the promises and the API's tests ask there, too. */
export const only = 'sqlite'

/** An order expires when its day has passed. */
export const demoClock = true

/** Time is put forward, and some pages are looked at twice. */
export const patience = 180_000

const button = (scope, name) => scope.getByRole('button', { name, exact: true })
const fits = async (page, what) => assert.deepEqual(await overflow(page), { beyond: 0, who: [] }, what)
const panel = (page) => page.getByRole('region', { name: '督办单', exact: true })
const card = (page, number) => page.getByRole('article', { name: number })

async function underWay(app, title) {
  const bureau = await app.org.newBureau()
  const work = new Work(app.people.zhouyun)
  return { ...bureau, work, task: await work.active(title, bureau.unit, bureau.head, bureau.handler) }
}

/** Puts the time of the system forward, day by day, until this order is overdue. */
async function expired(app, id) {
  for (let day = 0; day < 12; day++) {
    if ((await app.people.wang.api.get(`/orders/${id}`)).overdue) return
    await app.org.admin.post('/demo/clock', { hours: 24 })
  }
  throw new Error('it did not become overdue')
}

/** A red order about this task that nobody answered in time. */
async function redAndExpired(app, task) {
  const { api } = app.people.wang
  let order = await api.post('/orders', { task_ids: [task.id], demand: '整改' })
  for (const level of ['orange', 'red']) {
    await expired(app, order.id)
    order = await api.post(`/orders/${order.id}/following`, { version: order.version })
    assert.equal(order.level, level)
  }
  await expired(app, order.id)
  return order
}

export const tests = {
  async 'a leader presses in two taps on the phone'(app) {
    const { task, work } = await underWay(app, '两下督办的任务')
    const phone = await app.phone(app.people.wang)
    await go(phone, `/tasks/${task.id}`)
    await button(phone.getByRole('region', { name: '现在要做的' }), '督办').tap()
    await press(phone, '发出督办')
    await toast(phone, '督办已发出')
    const { items } = await work.issuer.api.get(`/tasks/${task.id}/urges`)
    assert.equal(items.length, 1)
  },

  async 'an order goes out at the desk, is answered on the phone, sent back, and followed by an orange one'(app) {
    const { task, head } = await underWay(app, '要发督办单的任务')
    const page = await app.desk(app.people.wang, { colorScheme: 'light' })
    await go(page, `/tasks/${task.id}`)
    await button(panel(page), '发督办单').click()
    await button(panel(page), '签发督办单').click()
    await says(panel(page), '请填写督办要求')
    await panel(page).getByLabel(/^督办要求/).fill('月底前完成整改')
    await button(panel(page), '签发督办单').click()
    await toast(page, /督办单 \S+督办〔\d+〕1号 已签发/)
    const [order] = (await app.people.wang.api.get(`/tasks/${task.id}/orders`)).items
    await says(card(page, order.number), '月底前完成整改')
    assert.deepEqual(await violations(page), [])

    const phone = await app.phone(head)
    await go(phone, '/todo')
    await phone.getByRole('button', { name: '反馈：要发督办单的任务' }).tap()
    await at(phone, `/m/orders/${order.id}`)
    await fits(phone, 'the order on the phone')
    assert.deepEqual(await violations(phone), [])
    await press(phone, '反馈')
    await phone.getByLabel(/^办理情况/).fill('已经开工')
    await phone.locator('form.act').getByRole('button', { name: '反馈' }).tap()
    await toast(phone, '已反馈，等待认定')

    await go(page, '/todo')
    await page.getByRole('button', { name: '查看督办单：要发督办单的任务' }).click()
    await at(page, `/orders/${order.id}`)
    await says(card(page, order.number), '已经开工')
    await button(page, '退回反馈').click()
    await page.getByLabel(/^退回的理由/).fill('没有时间表')
    await page.locator('form.act').getByRole('button', { name: '退回反馈' }).click()
    await toast(page, '已退回，对方须重新反馈')
    assert.equal(await button(page, '升级为橙色').count(), 0)
    await expired(app, order.id)
    await page.reload()
    await button(page, '升级为橙色').click()
    await button(page, '签发升级督办单').click()
    await toast(page, '升级督办单已签发')
    await says(card(page, order.number), '已升级为')

    await go(page, '/orders')
    const sharper = (await app.people.wang.api.get('/orders?level=orange')).items[0]
    await says(card(page, sharper.number), '橙色')
    await page.getByLabel('级别').selectOption('blue')
    await at(page, '/orders?level=blue')
    await see(card(page, order.number))
    await until('the orange one is left out', async () => (await card(page, sharper.number).count()) === 0)
    assert.deepEqual(await violations(page), [])
    const [paper] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: '下载公文' }).first().click()])
    assert.match(paper.suggestedFilename(), /督办〔\d+〕\d+号\.docx$/)
  },

  async 'a red order that expired suggests a talk, which a leader records'(app) {
    const { task, unit } = await underWay(app, '屡督不改的任务')
    const order = await redAndExpired(app, task)
    const page = await app.desk(app.people.wang, { colorScheme: 'dark' })
    await go(page, '/orders?tab=interviews')
    const one = page.getByRole('listitem').filter({ hasText: unit.name }).first()
    await says(one, `红色督办单${order.number}到期`)
    assert.deepEqual(await violations(page), [])
    await button(one, '记录约谈').click()
    await button(one, '保存').click()
    await says(one, '请填写约谈情况')
    await one.getByLabel(/^约谈情况/).fill('当面要求限期整改')
    await button(one, '保存').click()
    await toast(page, '约谈已记录')
    await says(page.locator('.talks'), '当面要求限期整改')
  },

  async 'on the phone a leader sees why a talk is suggested and records it; a head has no way there'(app) {
    const { task, unit, head } = await underWay(app, '在手机上决定约谈的任务')
    const order = await redAndExpired(app, task)
    const phone = await app.phone(app.people.wang)
    await go(phone, '/urges')
    await phone.getByRole('link', { name: /^约谈建议 \d+$/ }).tap()
    await at(phone, '/m/interviews')
    const one = phone.getByRole('listitem').filter({ hasText: unit.name }).first()
    await says(one, `红色督办单${order.number}到期`)
    await one.getByText(/^依据：/).tap()
    await see(one.getByRole('link', { name: order.number }))
    assert.deepEqual(await violations(phone), [])
    await button(one, '不约谈').tap()
    await button(one, '保存').tap()
    await says(one, '请填写不约谈的理由')
    await fits(phone, 'the reason for no talk on the phone')
    await button(one, '记录约谈').tap()
    await one.getByLabel(/^约谈情况/).fill('当面要求倒排工期')
    await one.getByLabel(/^约谈人/).fill('')
    app.expect({ status: 422, path: /\/interviews$/ })
    await button(one, '保存').tap()
    await says(one, '请填写约谈人')
    await one.getByLabel(/^约谈人/).fill('王主任、纪工委负责人')
    await fits(phone, 'the record of a talk on the phone')
    assert.deepEqual(await violations(phone), [])
    await button(one, '保存').tap()
    await toast(phone, '约谈已记录')
    await says(phone.getByRole('article', { name: unit.name }), /已约谈 .*王主任、纪工委负责人 当面要求倒排工期/)
    assert.equal(await button(phone.getByRole('listitem').filter({ hasText: unit.name }), '记录约谈').count(), 0)
    await fits(phone, 'what became of it on the phone')

    const theirs = await app.phone(head)
    await go(theirs, '/urges')
    await see(theirs.getByRole('link', { name: '督办单', exact: true }))
    assert.equal(await theirs.getByRole('link', { name: /约谈/ }).count(), 0)
    await go(theirs, '/interviews')
    await see(theirs.getByText('没有这一页').first())
  },

  async 'many tasks in the list get one order for each unit'(app) {
    const { task, unit, work, head, handler } = await underWay(app, '批量督办单甲')
    await work.active('批量督办单乙', unit, head, handler)
    const bulk = await app.people.wang.api.post('/bulk', { action: 'order', filter: { q: '批量督办单' }, text: '抓紧' })
    await until('all rows done', async () => (await app.people.wang.api.get(`/bulk/${bulk.id}`)).finished_at)
    const page = await app.desk(app.people.wang)
    await go(page, `/tasks/${task.id}`)
    await says(panel(page), '批量督办单乙')
  },

  async 'whoever keeps the rules changes within how many days an order is answered, in one column at 375'(app) {
    const page = await app.desk(app.people.zhouyun, { viewport: { width: 375, height: 812 } })
    await go(page, '/rules/orders')
    await says(page.getByRole('region', { name: '反馈期限' }), '签发后 5 个工作日内反馈')
    assert.deepEqual(await violations(page), [])
    await button(page, '修改规则').click()
    const blue = page.getByLabel('蓝色督办单反馈期限')
    await blue.fill('0')
    await says(page.getByRole('region', { name: '反馈期限' }), '应为 1 至 30 的整数')
    assert.ok(await button(page, '保存').isDisabled())
    await blue.fill('7')
    await page.getByRole('textbox', { name: '督办单编号' }).fill('督办第{seq}号')
    await says(page.getByRole('region', { name: '督办单编号' }), '督办第1号')
    assert.deepEqual(await violations(page), [])
    await fits(page, 'the rules of orders')
    await button(page, '去保存').click()
    await says(page.locator('.changes'), '蓝色督办单反馈期限：5 个工作日 → 7 个工作日')
    await page.getByLabel(/^修改的原因/).fill('试行')
    await button(page, '保存').click()
    await toast(page, '已保存，自')
    await says(page.getByRole('region', { name: '反馈期限' }), /签发后 7 个工作日内反馈 默认 5 个工作日/)
    await says(page.getByRole('complementary', { name: '现行规则' }), '试行')

    // A head reads it and has nothing to press.
    const head = await app.desk(app.people.zheng)
    await go(head, '/rules/orders')
    await says(head.getByRole('region', { name: '反馈期限' }), '签发后 7 个工作日内反馈')
    assert.equal(await button(head, '修改规则').count(), 0)
    // Nothing else of this file is to go by it.
    const { rules, version, defaults } = await app.people.zhouyun.api.get('/order-rules')
    await app.people.zhouyun.api.post('/order-rules', { rules: { ...rules, ...defaults }, reason: '恢复标准', version })
  },
}
