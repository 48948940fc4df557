import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { violations } from '../lib/axe.mjs'
import { at, clean, count, dialog, go, gone, overflow, says, see, toast } from '../lib/page.mjs'
import { until } from '../lib/until.mjs'
import { dayFromNow, Work } from '../lib/work.mjs'

/** Several pages, each looked at in two colours. */
export const patience = 120_000

const rows = (page) => page.locator('table.tasks tbody tr')
const titles = async (page) => (await page.locator('table.tasks tbody .title a').allInnerTexts()).map(clean)
const mode = (page, name) => page.getByRole('group', { name: '显示方式' }).getByRole('button', { name, exact: true })

/** Some tasks with a word of their own, so that what other tests left does not count. */
async function furnished(app, word) {
  const work = new Work(app.people.zhouyun)
  const { unit, head, handler } = await app.org.newBureau()
  const late = await work.active(`${word}早已逾期`, unit, head, handler, { due: { day: dayFromNow(-20) }, start_day: dayFromNow(-60) })
  const due = { day: dayFromNow(20) }
  const milestones = [{ title: '完成摸排', due_day: dayFromNow(9) }]
  const open = await work.active(`${word}正在办理`, unit, head, handler, { due, milestones, importance: 'important' })
  const draft = await work.draft(`${word}草拟`, unit, { due: { day: dayFromNow(25) } })
  return { work, unit, head, handler, late, open, draft }
}
const found = (word, more = '') => `/tasks?q=${encodeURIComponent(word)}${more}`

export const tests = {
  async 'what is filtered leaves as a file with just these rows'(app) {
    await furnished(app, '导出甲')
    const page = await app.desk(app.people.zhouyun)
    await go(page, found('导出甲', '&sort=due_day'))
    await count(rows(page), 3)
    await page.getByRole('button', { name: '导出', exact: true }).click()
    await says(page.locator('.pop'), '导出当前筛选的 3 件任务')
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /^CSV 全部列/ }).click()])
    assert.match(file.suggestedFilename(), /^任务清单-\d{4}-\d\d-\d\d\.csv$/)
    const text = readFileSync(await file.path(), 'utf8')
    assert.ok(text.startsWith('\ufeff编号,任务,'))
    const lines = text.trim().split('\r\n').slice(1)
    assert.deepEqual(lines.map((line) => /导出甲[^,]+/.exec(line)?.[0]), ['导出甲早已逾期', '导出甲正在办理', '导出甲草拟'])
    await toast(page, '已导出')
  },

  async 'anything written is found, marked, and leads to its task'(app) {
    const { open, handler } = await furnished(app, '检索乙')
    const report = { claimed_progress: 10, text: '沉箱预制已经完成，等待出运。' }
    await handler.api.post(`/tasks/${open.id}/reports`, report)
    const page = await app.desk(app.people.zhouyun)
    await go(page, '/')
    await page.keyboard.press('/')
    const box = page.getByRole('combobox', { name: '搜索任务' })
    await until('the report to be indexed', async () => {
      await box.fill('')
      await box.fill('沉箱预制')
      await page.getByRole('option').filter({ hasText: '检索乙正在办理' }).waitFor({ timeout: 1500 })
      return true
    })
    assert.equal(clean(await page.getByRole('option').locator('mark').first().innerText()), '沉箱预制')
    await page.keyboard.press('Enter')
    await at(page, `/search?q=${encodeURIComponent('沉箱预制')}`)
    const hit = page.locator('.hit')
    await count(hit, 1)
    await says(hit, '上报')
    assert.deepEqual(await violations(page), [])
    await page.getByRole('group', { name: '类型' }).getByRole('button', { name: '督办' }).click()
    await at(page, /kind=urge/)
    await says(page.locator('main'), '没有找到“沉箱预制”')
    await page.getByRole('button', { name: '查看全部类型' }).click()
    await hit.click()
    await at(page, `/tasks/${open.id}`)

    const stranger = await app.desk((await app.org.newBureau()).head)
    await go(stranger, `/search?q=${encodeURIComponent('沉箱预制')}`)
    await says(stranger.locator('main'), '没有找到')
  },

  async 'a view is kept, changed, shared, put first and opened'(app) {
    const { unit } = await furnished(app, '视图丙')
    const page = await app.desk(app.people.zhouyun)
    await go(page, found('视图丙', '&lamp=red'))
    await count(rows(page), 1)
    await page.getByRole('button', { name: '保存视图' }).click()
    const ask = dialog(page, '保存视图')
    await ask.getByRole('button', { name: '保存', exact: true }).click()
    await says(ask, '名称')
    await ask.getByLabel(/^名称/).fill('丙的红灯')
    await ask.getByRole('radio', { name: '所有人' }).check()
    await ask.getByRole('button', { name: '保存', exact: true }).click()
    await toast(page, '已保存视图“丙的红灯”')
    const tab = page.getByRole('navigation', { name: '我的视图' }).getByRole('link', { name: /丙的红灯/ })
    await see(tab)
    await at(page, /saved=/)
    // It notices what is changed, and can be brought up to that.
    await page.getByRole('button', { name: '移除 红' }).click()
    await count(rows(page), 3)
    await says(tab, '*')
    const menu = page.getByRole('button', { name: '视图“丙的红灯”的操作' })
    await menu.click()
    await page.getByRole('button', { name: '更新为当前条件' }).click()
    await gone(tab.locator('.dot'))
    await menu.click()
    await page.getByRole('button', { name: '打开任务页时先显示' }).click()
    await see(tab.locator('.icon'))
    await go(page, '/tasks')
    await at(page, /saved=/)
    await count(rows(page), 3)
    await page.getByRole('button', { name: '全部任务' }).click()
    await at(page, '/tasks?saved=none')

    // Whoever it is shared with sees their own rows in it.
    const other = await app.desk((await app.org.newBureau()).head)
    await go(other, '/tasks')
    await other.getByRole('navigation', { name: '我的视图' }).getByRole('link', { name: '丙的红灯' }).click()
    await says(other.locator('main'), '没有符合条件的任务')
    await menu.waitFor({ state: 'hidden' })
    await tab.click()
    await menu.click()
    await page.getByRole('button', { name: '删除视图' }).click()
    await gone(tab)
    assert.ok(unit)
  },

  async 'a list is narrowed to who handles it and to what it comes from'(app) {
    await furnished(app, '条件辛')
    const page = await app.desk(app.people.zhouyun)
    await go(page, found('条件辛'))
    await count(rows(page), 3)
    const add = page.getByRole('button', { name: '添加条件' })
    await add.click()
    for (const name of ['经办人', '分管领导', '来源文件', '办结时间', '等待中']) await see(page.locator('.pop').getByRole('button', { name, exact: true }))
    await page.locator('.pop').getByRole('button', { name: '分管领导', exact: true }).click()
    await page.getByRole('group', { name: '分管领导' }).getByRole('radio').first().check()
    await at(page, /charge_leader=/)
    await page.getByRole('button', { name: /^移除 .*分管/ }).click()
    await count(rows(page), 3)
  },

  async 'the same rows as groups, board, month, bars and heat'(app) {
    const { unit, late, open } = await furnished(app, '形状丁')
    const page = await app.desk(app.people.zhouyun)
    await go(page, found('形状丁'))
    await page.getByRole('button', { name: '分组' }).click()
    await page.getByRole('button', { name: '按状态' }).click()
    await at(page, /group=state/)
    await see(page.getByRole('button', { name: /^草拟 1 件/ }))
    await count(rows(page), 3)
    assert.deepEqual(await violations(page), [])

    await mode(page, '看板').click()
    await at(page, /view=board/)
    await see(page.getByRole('region', { name: '办理中' }).getByText('形状丁正在办理'))
    // Many columns scroll in their box, and the page does not grow with them.
    await go(page, '/tasks?view=board&group=unit')
    await see(page.locator('.column .card').first())
    assert.equal((await overflow(page)).beyond, 0)
    await go(page, found('形状丁', '&view=board'))
    await see(page.getByRole('region', { name: '办理中' }).getByText('形状丁正在办理'))
    assert.deepEqual(await violations(page), [])

    await mode(page, '日历').click()
    await at(page, /view=calendar/)
    const month = dayFromNow(9).slice(0, 7)
    await go(page, found('形状丁', `&view=calendar&month=${month}`))
    await see(page.getByRole('listitem', { name: dayFromNow(9) }).getByRole('link', { name: /完成摸排/ }))
    await page.setViewportSize({ width: 375, height: 812 })
    assert.equal((await overflow(page)).beyond, 0)
    await page.setViewportSize({ width: 1440, height: 900 })
    assert.deepEqual(await violations(page), [])

    // A weekend is seen to be one.
    await see(page.locator('.day.off').first())

    await mode(page, '单位热力').click()
    const cell = page.getByRole('link', { name: `${unit.short_name} 红灯 1` })
    await see(cell)
    assert.deepEqual(await violations(page), [])
    await cell.click()
    await count(rows(page), 1)
    assert.deepEqual(await titles(page), [late.title])
    assert.ok(open)
  },

  async 'a bar is moved by those who may, and goes back when it is refused'(app) {
    const { work, open, head } = await furnished(app, '甘特戊')
    const page = await app.desk(app.people.zhouyun)
    await go(page, found('甘特戊', '&view=gantt'))
    const bar = page.getByRole('slider', { name: /甘特戊正在办理/ })
    await bar.focus()
    await page.keyboard.press('ArrowRight')
    const ask = page.getByRole('alertdialog')
    await says(ask, `至 ${dayFromNow(21)}`)
    await ask.getByRole('button', { name: '放回原处' }).click()
    await gone(ask)
    assert.equal((await work.detail(open.id)).task.due_day, dayFromNow(20))

    const box = await bar.boundingBox()
    await page.mouse.move(box.x + box.width - 1, box.y + 9)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width + 26, box.y + 9, { steps: 6 })
    await page.mouse.up()
    await says(ask, `至 ${dayFromNow(23)}`)
    assert.deepEqual(await violations(page), [])
    await ask.getByRole('button', { name: '确认改动' }).click()
    await says(ask, '请填写修改理由')
    await ask.getByLabel('修改理由').fill('等设备到货')
    await ask.getByRole('button', { name: '确认改动' }).click()
    await toast(page, '日期已修改')
    await until('the day to be kept', async () => (await work.detail(open.id)).task.due_day === dayFromNow(23))

    // Before its step it cannot end: the server says so, and the bar stands where it stood.
    app.expect({ status: 422, path: /tasks/ })
    const wide = page.getByRole('slider', { name: /甘特戊正在办理/ })
    const now = await wide.boundingBox()
    await page.mouse.move(now.x + now.width - 1, now.y + 9)
    await page.mouse.down()
    await page.mouse.move(now.x + now.width - 9 * 18, now.y + 9, { steps: 8 })
    await page.mouse.up()
    await ask.getByRole('button', { name: '确认改动' }).click()
    await toast(page, '没有改动：')
    assert.equal((await work.detail(open.id)).task.due_day, dayFromNow(23))

    // Who only does it sees the bar and cannot take hold of it.
    const doer = await app.desk(head)
    await go(doer, found('甘特戊', '&view=gantt'))
    await see(doer.getByRole('img', { name: /甘特戊正在办理/ }))
    await count(doer.getByRole('slider'), 0)
  },

  async 'on paper stands what it is, who printed it, and no button'(app) {
    await furnished(app, '打印己')
    const page = await app.desk(app.people.zhouyun)
    await go(page, found('打印己'))
    await count(rows(page), 3)
    await page.emulateMedia({ media: 'print' })
    await says(page.locator('.print-head'), /含“打印己”的任务.*3 件.*打印于/s)
    await gone(page.getByRole('button', { name: '保存视图' }))
    await see(rows(page).first())
    await page.emulateMedia({ media: 'screen' })

    // The button prints a table made for paper, with all rows; shapes that are for the screen have none.
    await page.evaluate(() => (window.print = () => (window.printed = true)))
    await page.getByRole('button', { name: '打印', exact: true }).click()
    await until('the sheet to be printed', () => page.evaluate(() => window.printed === true))
    await page.emulateMedia({ media: 'print' })
    await count(page.locator('.sheet tbody tr'), 3)
    await says(page.locator('.sheet .print-head'), /含“打印己”的任务.*3 件.*打印于/s)
    await gone(rows(page).first())
    await page.emulateMedia({ media: 'screen' })
    await mode(page, '看板').click()
    await gone(page.getByRole('button', { name: '打印', exact: true }))
  },

  async 'on the phone: a view is chosen, and everything is searched'(app) {
    const { handler, open } = await furnished(app, '手机庚')
    await handler.api.post('/views', { name: '庚的要事', filter: `q=${encodeURIComponent('手机庚')}&importance=important`, mode: 'list', shared: 'own', columns: [] })
    const page = await app.phone(handler)
    await go(page, '/tasks')
    await page.getByRole('combobox', { name: '选择视图' }).selectOption({ label: '庚的要事' })
    await at(page, /importance=important/)
    await see(page.getByText('手机庚正在办理'))
    await page.getByRole('link', { name: /在全文和附件中找“手机庚”/ }).click()
    await at(page, /\/search\?q=/)
    await until('it to be indexed', async () => {
      await page.reload()
      await page.locator('.hit').first().waitFor({ timeout: 1500 })
      return true
    })
    assert.equal((await overflow(page)).beyond, 0)
    assert.deepEqual(await violations(page), [])
    await page.locator('.hit').filter({ hasText: '正在办理' }).first().click()
    await at(page, new RegExp(`/tasks/${open.id}`))
  },
}
