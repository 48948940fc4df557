import assert from 'node:assert/strict'
import { violations } from '../lib/axe.mjs'
import { at, choose, count, dialog, go, gone, overflow, says, see, toast } from '../lib/page.mjs'
import { dayFromNow, Work } from '../lib/work.mjs'

const button = (scope, name) => scope.getByRole('button', { name, exact: true })
const part = (page, name) => page.getByRole('region', { name, exact: true })
const fits = async (page, what) => assert.deepEqual(await overflow(page), { beyond: 0, who: [] }, what)

/** What its verbs ask of PostgreSQL, the promises and the API's tests ask there, too. */
export const only = 'sqlite'

export const tests = {
  async 'whoever goes away has somebody act for them, who finds their work and whose doings name both'(app) {
    const { unit, head, handler } = await app.org.newBureau()
    const other = await app.org.newBureau()
    const work = new Work(app.people.zhouyun)
    const task = await work.active('外出期间也要办的任务', unit, head, handler, { due: { day: dayFromNow(1) } })

    const page = await app.desk(handler, { colorScheme: 'light' })
    await go(page, '/')
    await button(page, `我的 ${handler.name}`).click()
    await page.getByRole('link', { name: '外出代办' }).click()
    await at(page, '/delegation')
    await says(part(page, '我请的'), '没有请人代办')
    assert.deepEqual(await violations(page), [])
    await fits(page, 'the page at 1440')
    const form = part(page, '请人代办')
    // Nobody was chosen: it is said where.
    await button(form, '确定').click()
    await says(form, '代办人')
    await count(form.getByRole('alert'), 1)
    await choose(form, '代办人单位', other.unit.name)
    await choose(form, '代办人', other.handler.name)
    await form.getByLabel(/^结束日期/).fill(dayFromNow(5))
    await form.getByLabel('事由').fill('年休假')
    await button(form, '确定').click()
    await toast(page, '已安排')
    await says(part(page, '我请的'), `由 ${other.handler.name} 代办 代办中`)
    await fits(page, 'with a line at 1440')

    // A second one for the same days is refused at its field, and nothing typed is lost.
    await app.expect({ status: 422, path: /delegations$/ })
    await choose(form, '代办人', other.head.name)
    await button(form, '确定').click()
    await says(form, /与.*的代办重叠/)
    await says(form, other.head.name)

    const phone = await app.phone(other.handler, { colorScheme: 'light' })
    await go(phone, '/me')
    await says(phone.locator('.who'), `代 ${handler.name} 办理`)
    await go(phone, '/todo')
    await see(phone.getByText('外出期间也要办的任务').first())
    await other.handler.api.post(`/tasks/${task.id}/reports`, { claimed_progress: 30, text: '代为上报。' })
    const told = await work.sentences(task.id)
    assert.ok(told.some((line) => line.startsWith(other.handler.name) && line.endsWith(`（代${handler.name}办理）`)), told.join('\n'))

    await go(phone, '/me')
    await phone.getByRole('link', { name: '外出代办' }).tap()
    await at(phone, '/m/delegation')
    await says(part(phone, '我代办的'), `代 ${handler.name} 办理`)
    assert.deepEqual(await violations(phone), [])
    await fits(phone, 'the page at 375')
    // What lay open a moment ago is looked at once more, and is nobody's to see any longer.
    await app.expect({ status: 404, path: /tasks/ })
    phone.once('dialog', (ask) => ask.accept())
    await button(part(phone, '我代办的'), '结束代办').tap()
    await toast(phone, '已结束')
    await says(part(phone, '我代办的'), '已结束')
    await gone(button(part(phone, '我代办的'), '结束代办'))
    await go(phone, '/me')
    await phone.reload()
    await see(phone.locator('.who'))
    await count(phone.getByText(`代 ${handler.name} 办理`), 0)
  },

  async 'an administrator arranges it for somebody who cannot'(app) {
    const { unit, head, handler } = await app.org.newBureau()
    const page = await app.desk(app.people.admin, { colorScheme: 'light' })
    await go(page, `/org?unit=${unit.id}`)
    await page.getByLabel('按姓名查找（全部单位）').fill(handler.name)
    await button(page, `修改 ${handler.name}`).first().click()
    await dialog(page).getByRole('link', { name: '外出代办' }).click()
    await see(page.getByRole('heading', { name: `外出代办：${handler.name}` }))
    await choose(page, '代办人单位', unit.name)
    await choose(page, '代办人', head.name)
    await button(page, '确定').click()
    await toast(page, '已安排')
    await says(part(page, '谁代其办理'), `由 ${head.name} 代办`)
    assert.deepEqual(await violations(page), [])
    await fits(page, 'the page at 1440')
  },

  async 'on the phone somebody is picked from sheets'(app) {
    const { head, handler } = await app.org.newBureau()
    const page = await app.phone(handler, { colorScheme: 'light' })
    await go(page, '/delegation')
    await page.getByRole('button', { name: /^代办人(?!单位)/ }).tap()
    await page.getByRole('dialog').getByRole('button', { name: head.name }).tap()
    await page.getByLabel(/^结束日期/).fill(dayFromNow(2))
    await button(page, '确定').tap()
    await toast(page, '已安排')
    await says(part(page, '我请的'), `由 ${head.name} 代办`)
    await fits(page, 'the page at 375')
  },
}
