import assert from 'node:assert/strict'
import { violations } from '../lib/axe.mjs'
import { at, count, dialog, go, overflow, says, see, toast } from '../lib/page.mjs'
import { press } from '../lib/thumb.mjs'
import { until } from '../lib/until.mjs'
import { dayFromNow, Work } from '../lib/work.mjs'

/** What its verbs ask of PostgreSQL, the promises and the API's tests ask there, too. */
export const only = 'sqlite'

export const patience = 120_000

/** A bureau with an overdue task that was reported on, and one that is due soon. */
async function behind(app, name) {
  const bureau = await app.org.newBureau()
  const work = new Work(app.people.zhouyun)
  const due = (days) => ({ due: { day: dayFromNow(days) }, start_day: dayFromNow(-30) })
  const late = await work.active(`${name}逾期的`, bureau.unit, bureau.head, bureau.handler, { ...due(-3), importance: 'important' })
  await work.active(`${name}快到期的`, bureau.unit, bureau.head, bureau.handler, due(1))
  await bureau.handler.api.post(`/tasks/${late.id}/reports`, { claimed_progress: 40, text: '材料已到场，等待验收' })
  await app.org.admin.patch(`/persons/${bureau.handler.id}`, { version: (await person(app, bureau.handler)).version, phone: '13800001234' })
  return { ...bureau, work, late }
}
const person = async (app, { name }) => (await app.org.admin.get(`/persons?q=${encodeURIComponent(name)}`)).items[0]

export const tests = {
  async 'a leader sees how far each unit is, and every number leads to its tasks'(app) {
    const { unit } = await behind(app, '数字')
    const page = await app.desk(app.people.wang)
    await go(page, '/progress?period=all')
    const row = page.getByRole('row').filter({ hasText: unit.short_name })
    await see(row)
    assert.deepEqual(await violations(page), [])
    assert.equal((await overflow(page)).beyond, 0)
    for (const name of ['任务', '在办', '逾期', '5日内到期']) {
      const link = row.getByRole('link', { name: new RegExp(`，${name} \\d`) }).first()
      const n = Number(await link.innerText())
      await link.click()
      await see(page.getByRole('heading', { name: '任务', exact: true }))
      await says(page.locator('.page__head'), `${n} 件`)
      await page.goBack()
      await see(row)
    }
    await page.getByRole('columnheader', { name: '逾期' }).getByRole('button').click()
    await see(page.locator('th[aria-sort="descending"]').filter({ hasText: '逾期' }))
    await see(page.getByRole('button', { name: '打印', exact: true }))
    await page.getByRole('button', { name: '分管领导', exact: true }).click()
    await see(page.getByRole('row').filter({ hasText: '王主任' }))
    await page.getByRole('button', { name: '重要程度', exact: true }).click()
    await see(page.getByRole('row').filter({ hasText: '重要' }))
    await page.getByLabel('重要程度', { exact: true }).last().selectOption({ label: '重大' })
    await says(page.locator('main'), '没有符合条件的任务')
    assert.deepEqual(await violations(page), [])
  },

  async 'a unit opens to the units below it'(app) {
    const { unit, head } = await behind(app, '下级')
    const section = await app.org.unit({ name: `${unit.name}综合科`, short_name: `${unit.short_name}综合科`, kind: 'section', parent_id: unit.id })
    await new Work(app.people.zhouyun).active('科室的任务', section, head)
    const page = await app.desk(app.people.wang)
    await go(page, '/progress?period=all')
    await page.getByRole('button', { name: `展开 ${unit.short_name}` }).click()
    await see(page.getByRole('row').filter({ hasText: section.short_name }))
    await see(page.getByRole('row').filter({ hasText: '本级' }))
    const phone = await app.phone(app.people.wang)
    await go(phone, '/progress?period=all')
    const card = phone.locator('.card').filter({ hasText: unit.short_name }).first()
    await card.getByRole('button', { name: '展开' }).tap()
    await see(phone.locator('.below .card').filter({ hasText: section.short_name }))
  },

  async 'a name opens what there is to know, and a leader rates the unit from there'(app) {
    const { unit, head, handler, late } = await behind(app, '卡片')
    const page = await app.desk(app.people.wang)
    await go(page, `/tasks/${late.id}`)
    await page.getByRole('button', { name: unit.short_name, exact: true }).click()
    const card = dialog(page, `查看${unit.short_name}的情况`)
    await says(card, head.name)
    await says(card, /2\s*在办/)
    await says(card, /1\s*逾期/)
    assert.deepEqual(await violations(page), [])
    await card.getByRole('button', { name: '点评这个单位' }).click()
    const form = dialog(page, '点评这个单位')
    await form.getByRole('radio', { name: /^4 星/ }).check({ force: true })
    await form.getByRole('button', { name: '提交点评' }).click()
    await toast(page, '点评已发出')
    await says(card, '★4.0')
    await card.press('Escape')
    await count(page.getByRole('dialog'), 0)
    await page.getByRole('button', { name: handler.name, exact: true }).first().click()
    await see(dialog(page, `查看${handler.name}的情况`).getByRole('link', { name: `拨打 ${handler.name} 13800001234` }))
  },

  async 'on the phone a leader calls whoever is late, writes the call down and rates the unit'(app) {
    const { unit, handler, late } = await behind(app, '电话')
    const phone = await app.phone(app.people.wang)
    await go(phone, '/overdue')
    const line = phone.locator('.line').filter({ hasText: '电话逾期的' })
    await says(line, '材料已到场')
    await says(line, '报 40%')
    assert.equal(await line.getByRole('link', { name: `拨打 ${handler.name} 13800001234` }).getAttribute('href'), 'tel:13800001234')
    assert.deepEqual(await violations(phone), [])
    assert.equal((await overflow(phone)).beyond, 0)
    await line.getByRole('button', { name: '督办' }).tap()
    await at(phone, `/m/tasks/${late.id}/act/urge`)
    await phone.getByText('已打电话', { exact: true }).tap()
    await says(phone.locator('main'), '电话由您自己拨打')
    await phone.getByLabel(/^通话内容/).fill('答应周五前验收')
    assert.deepEqual(await violations(phone), [])
    await press(phone, '记录通话')
    await toast(phone, '通话已记录')
    await says(phone.locator('.line').filter({ hasText: '电话逾期的' }), '督办 1 次待回复')
    await until('the ledger to know', async () => (await new Work(app.people.zhouyun).sentences(late.id)).some((one) => /电话督办.*答应周五前验收/.test(one)))

    await phone.locator('.line').filter({ hasText: '电话逾期的' }).getByRole('link', { name: unit.short_name }).tap()
    await at(phone, `/m/units/${unit.id}`)
    await says(phone.locator('main'), /1\s*逾期/)
    await phone.getByRole('button', { name: '点评这个单位' }).tap()
    await phone.getByRole('radio', { name: /^2 星/ }).check({ force: true })
    await press(phone, '提交点评')
    await says(phone.locator('main'), '请填写点评内容')
    await phone.getByLabel(/^点评内容/).fill('进度滞后，请抓紧')
    await press(phone, '提交点评')
    await says(phone.locator('main'), '进度滞后，请抓紧')
    assert.deepEqual(await violations(phone), [])
    assert.equal((await overflow(phone)).beyond, 0)
  },

  async 'what was answered on the telephone is written down at once, or later at the desk'(app) {
    const { head, handler, late } = await behind(app, '答复')
    const phone = await app.phone(app.people.wang)
    await go(phone, `/tasks/${late.id}/act/urge`)
    await says(phone.locator('main'), '督办')
    await count(phone.getByLabel('对方的答复'), 0)
    await phone.getByText('已打电话', { exact: true }).tap()
    await phone.getByLabel(/^通话内容/).fill('问何时验收')
    assert.equal(await phone.getByLabel('谁答复的').locator('option:checked').innerText(), handler.name)
    await phone.getByLabel('对方的答复').fill('周五前验收')
    assert.deepEqual(await violations(phone), [])
    assert.equal((await overflow(phone)).beyond, 0)
    await press(phone, '记录通话')
    await toast(phone, '通话已记录')
    const urges = async () => (await app.people.wang.api.get(`/tasks/${late.id}/urges`)).items
    const [first] = await until('the call to be there', async () => ((await urges()).length === 1 ? urges() : null))
    assert.deepEqual([first.reply, first.replied_by.name, first.reply_entered_by.name, first.owed_day], ['周五前验收', handler.name, '王主任', null])

    await app.people.wang.api.post(`/tasks/${late.id}/urges`, { text: '抓紧' })
    const page = await app.desk(app.people.wang)
    await go(page, '/urges')
    const card = page.locator('.urge').filter({ hasText: '答复逾期的' }).filter({ hasText: '抓紧' })
    await card.getByRole('button', { name: '记下电话答复' }).click()
    await card.getByRole('button', { name: '登记答复' }).click()
    await says(card, '请填写对方的答复')
    await card.getByLabel('谁答复的').selectOption({ label: head.name })
    await card.getByLabel(/^对方的答复/).fill('明天进场')
    assert.deepEqual(await violations(page), [])
    await card.getByRole('button', { name: '登记答复' }).click()
    await toast(page, '已登记，并告诉了答复人')
    await says(card, '电话答复，王主任 登记')
    await says(card, '明天进场')
    const told = await app.phone(head)
    await go(told, '/inbox')
    await says(told.locator('main'), `登记了对“答复逾期的”的电话答复`)
  },

  async 'figures on the phone lead to their tasks'(app) {
    const { unit } = await behind(app, '手机')
    const phone = await app.phone(app.people.wang)
    await go(phone, '/progress?period=all')
    const card = phone.locator('.card').filter({ hasText: unit.short_name }).first()
    await see(card)
    assert.deepEqual(await violations(phone), [])
    assert.equal((await overflow(phone)).beyond, 0)
    await card.getByRole('button', { name: '全部数字' }).tap()
    await says(card, '原定按期率')
    await card.getByRole('link', { name: /逾期$/ }).tap()
    await says(phone.locator('.sentence'), '1 件')
  },

  async 'a head sees what each handler holds'(app) {
    const { head, handler } = await behind(app, '科员')
    const page = await app.desk(head)
    await go(page, '/')
    const panel = page.locator('.panel').filter({ hasText: '各经办人手上的任务' })
    await says(panel, handler.name)
    await panel.getByRole('link', { name: new RegExp(`^${handler.name}，在办 2`) }).click()
    await says(page.locator('.page__head'), '2 件')
    await says(page.getByRole('group', { name: '筛选条件' }), `${handler.name}经办`)
  },
}
