import assert from 'node:assert/strict'
import { violations } from '../lib/axe.mjs'
import { at, count, dialog, go, overflow, says, see, toast } from '../lib/page.mjs'
import { dayFromNow, Work } from '../lib/work.mjs'

/** What its verbs ask of PostgreSQL, the promises and the API's tests ask there, too. */
export const only = 'sqlite'

export const patience = 150_000

const rows = (page) => page.locator('ol > li')
const again = async (page, item) => {
  await page.getByRole('button', { name: '再次使用' }).click()
  await page.locator('.pop').getByText(item, { exact: true }).click()
}
const clear = async (page) => {
  assert.equal((await overflow(page)).beyond, 0)
  assert.deepEqual(await violations(page), [])
}

/** A task with two below it, sent out by the centre. */
async function tree(app, title) {
  const { unit, head } = await app.org.newBureau()
  const work = new Work(app.people.zhouyun)
  const top = await work.draft(title, unit, { due: { day: dayFromNow(40) }, start_day: dayFromNow(0) })
  const child = (name) => ({ title: name, weight: 50, due: { day: dayFromNow(20) }, parties: [{ unit_id: unit.id, role: 'lead' }] })
  const body = { version: top.version, children: [child(`${title}甲`), child(`${title}乙`)] }
  const { task } = await app.people.zhouyun.api.put(`/tasks/${top.id}/children`, body)
  return { unit, head, work, task }
}

export const tests = {
  async 'a task is copied with what is below it, each day with its reason'(app) {
    const { task } = await tree(app, '复制甲')
    const page = await app.desk(app.people.zhouyun)
    await go(page, `/tasks/${task.id}`)
    await again(page, '复制任务')
    const box = dialog(page, '复制任务')
    await says(box, '将生成 3 项任务')
    await says(box, '个工作日 →')
    await box.getByLabel('任务', { exact: false }).first().fill('复制甲的副本')
    await box.getByLabel('标为同一事项').check()
    await says(box, '复制甲的副本')
    await clear(page)
    await box.getByRole('button', { name: '生成草稿' }).click()
    await toast(page, '已生成 3 项草稿')
    await says(page.getByRole('heading', { level: 1 }), '复制甲的副本')
    await says(page.locator('main'), '复制甲乙')
  },

  async 'a template is kept, looked at, changed and used'(app) {
    const { task, unit } = await tree(app, '模板乙')
    const page = await app.desk(app.people.zhouyun)
    await go(page, `/tasks/${task.id}`)
    await again(page, '存为模板')
    const box = dialog(page, '存为模板')
    await box.getByLabel('模板名称').fill('乙类检查')
    await box.getByRole('radio', { name: '所有人' }).check()
    await box.getByRole('button', { name: '保存' }).click()
    await toast(page, '已保存模板“乙类检查”')
    await page.getByRole('link', { name: '任务模板', exact: true }).first().click()
    await page.getByRole('link', { name: /^乙类检查/ }).click()
    await says(page.locator('main'), '将生成 3 项任务')
    await clear(page)
    await page.getByRole('button', { name: '修改内容' }).click()
    const edit = dialog(page, '修改内容')
    await edit.getByLabel('距开始的工作日').nth(1).fill('3')
    await edit.getByLabel('距开始的工作日').nth(1).blur()
    await edit.getByRole('button', { name: '保存' }).click()
    await says(page.locator('main'), '第 2 版')
    await page.getByRole('button', { name: '生成草稿' }).click()
    await toast(page, '已生成 3 项草稿')
    await says(page.locator('main'), unit.short_name)

    const phone = await app.phone(app.people.zhouyun)
    await go(phone, '/templates')
    await phone.getByRole('link', { name: /^乙类检查/ }).click()
    await says(phone.locator('main'), '将生成 3 项任务')
    await clear(phone)
    await phone.getByRole('button', { name: '生成草稿' }).click()
    await toast(phone, '已生成 3 项草稿')
    await at(phone, /\/m\/tasks\/[0-9a-f-]+$/)
  },

  async 'a recurring task is set up, adjusted and ended'(app) {
    const { task } = await tree(app, '周期丙')
    const page = await app.desk(app.people.zhouyun)
    await go(page, `/tasks/${task.id}`)
    await again(page, '建周期任务')
    await at(page, new RegExp(`/series/new\\?task=${task.id}`))
    const form = page.locator('form.page')
    await form.getByLabel('多久一次').fill('每月最后一个工作日')
    await says(form, '每月最后一个工作日')
    const ahead = page.getByRole('region', { name: '接下来的各期' })
    await count(ahead.locator('> ol > li'), 12)
    await form.getByLabel('名称').fill('丙类月报')
    await clear(page)
    await form.getByRole('button', { name: '建立周期任务' }).click()
    await says(form, '请先确认不涉密。涉密任务不得在本系统办理。')
    await form.getByLabel(/不涉及国家秘密/).check()
    await form.getByRole('button', { name: '建立周期任务' }).click()
    await toast(page, '周期任务已建立')
    await says(page.getByRole('heading', { level: 1 }), '丙类月报')

    // The first may come out meanwhile: a time is known by its period.
    const words = (await rows(page).nth(3).locator('strong').first().innerText()).trim()
    const item = rows(page).filter({ has: page.getByText(words, { exact: true }) })
    await item.getByRole('button', { name: `调整${words}` }).click()
    await page.locator('.pop').getByRole('button', { name: '跳过本期' }).click()
    const skip = dialog(page, '跳过本期')
    await skip.getByRole('button', { name: '跳过本期' }).click()
    await says(skip, '请填写原因')
    await skip.getByLabel('原因').fill('合并到季报')
    await skip.getByRole('button', { name: '跳过本期' }).click()
    await toast(page, '已跳过')
    await says(item, '合并到季报')
    await says(page.locator('main'), `跳过${words}：合并到季报`)
    await page.getByRole('button', { name: '修改规则' }).click()
    const change = dialog(page, '修改规则')
    await change.getByLabel('多久一次').fill('每月10日')
    await says(change, '每月10日，遇非工作日提前')
    await change.getByRole('button', { name: '保存' }).click()
    await toast(page, '已修改')
    await says(page.locator('.page__head'), '每月10日')
    await clear(page)

    const phone = await app.phone(app.people.zhouyun)
    await go(phone, '/series')
    await phone.getByRole('link', { name: /^丙类月报/ }).click()
    await says(phone.locator('main'), '接下来的各期')
    await clear(phone)
    await rows(phone).nth(1).getByRole('button', { name: /^调整/ }).click()
    await dialog(phone).getByRole('button', { name: '跳过本期' }).click()
    await dialog(phone, '跳过本期').getByLabel('原因').fill('手机上跳过')
    await dialog(phone, '跳过本期').getByRole('button', { name: '跳过本期' }).click()
    await toast(phone, '已跳过')
    await says(phone.locator('main'), '手机上跳过')
    await phone.getByRole('button', { name: '结束', exact: true }).click()
    await dialog(phone, '结束').getByLabel('原因').fill('改为线上填报')
    await dialog(phone, '结束').getByRole('button', { name: '结束', exact: true }).click()
    await toast(phone, '已结束')
    await see(phone.locator('.tag').filter({ hasText: '已结束' }))
  },
}
