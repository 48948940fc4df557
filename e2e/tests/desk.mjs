import assert from 'node:assert/strict'
import { at, choose, clean, count, dialog, go, gone, mark, says, see, toast } from '../lib/page.mjs'
import { until } from '../lib/until.mjs'
import { dayFromNow, Work } from '../lib/work.mjs'

/** What its verbs ask of PostgreSQL, the promises and the API's tests ask there, too. */
export const only = 'sqlite'

const rows = (page) => page.locator('table.tasks tbody tr')
const titles = async (page) => (await page.locator('table.tasks tbody .title a').allInnerTexts()).map(clean)
const chip = (page, words) => page.locator('.chip').filter({ hasText: words })
const unreadable = /^(?!\s*$).+/s
/** The list after it has been asked for anew. */
const settled = (page) => until('the list to be read', async () => (await page.locator('section.panel[aria-busy="false"]').count()) > 0)
const centreDesk = (app) => app.desk(app.people.zhouyun)
const field = (page, label) => page.getByLabel(new RegExp(`^${label}`))

/** Fills the three fields that matter. */
async function fillTask(page, { title, unit, due }) {
  if (title) await field(page, '任务名称').fill(title)
  if (unit) await choose(page, '牵头单位', unit)
  if (due) await page.getByLabel(/^时限/).fill(due)
}

export const tests = {
  async 'a filter stands in the address, reads as a sentence and survives a reload'(app) {
    const work = new Work(app.people.zhouyun)
    const { unit } = await app.org.newBureau()
    await work.draft('筛选用的草稿一', unit)
    await work.dispatched('筛选用的重大任务', unit, { importance: 'major' })
    await work.dispatched('筛选用的一般任务', unit)
    const page = await centreDesk(app)
    await go(page, '/tasks')
    await page.getByRole('searchbox', { name: '搜索任务' }).fill('筛选用的')
    await page.keyboard.press('Enter')
    await at(page, `/tasks?q=${encodeURIComponent('筛选用的')}`)
    await count(rows(page), 3)

    await page.getByRole('button', { name: '添加条件' }).click()
    await page.getByRole('button', { name: '状态', exact: true }).click()
    await page.getByRole('checkbox', { name: '已交办', exact: true }).check()
    await at(page, /state=dispatched/)
    await count(rows(page), 2)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: '添加条件' }).click()
    await page.getByRole('button', { name: '重要程度', exact: true }).click()
    await page.getByRole('checkbox', { name: '重大', exact: true }).check()
    await page.getByRole('checkbox', { name: '重要', exact: true }).check()
    await at(page, /importance=/)
    await see(chip(page, '重要或重大'))
    await count(rows(page), 1)
    await page.keyboard.press('Escape')
    const sentence = '已交办、重要或重大、含“筛选用的”的任务'
    await see(page.getByRole('region', { name: sentence }))

    await page.reload()
    await see(page.getByRole('region', { name: sentence }))
    await count(rows(page), 1)
    assert.deepEqual(await titles(page), ['筛选用的重大任务'])
    assert.equal(await page.getByRole('searchbox', { name: '搜索任务' }).inputValue(), '筛选用的')

    // A chip goes with its cross; the rest stays.
    await chip(page, '重要或重大').getByRole('button', { name: /^移除/ }).click()
    await count(rows(page), 2)
    await page.getByRole('button', { name: '清除条件' }).click()
    await at(page, '/tasks')
  },

  async 'a filter by unit and by day narrows the list'(app) {
    const work = new Work(app.people.zhouyun)
    const { unit } = await app.org.newBureau()
    await work.dispatched('十天内到期的事', unit, { due: { day: dayFromNow(3) } })
    await work.dispatched('明年到期的事', unit, { due: { day: dayFromNow(370) } })
    const page = await centreDesk(app)
    await go(page, '/tasks')
    await page.getByRole('button', { name: '添加条件' }).click()
    await page.getByRole('button', { name: '责任单位', exact: true }).click()
    await choose(page, '责任单位', unit.name)
    await at(page, new RegExp(`unit_id=${unit.id}`))
    await count(rows(page), 2)
    await page.getByRole('radio', { name: '只看配合' }).check()
    await says(page.locator('main'), '没有符合条件的任务')
    await page.getByRole('radio', { name: '只看牵头' }).check()
    await count(rows(page), 2)
    await page.keyboard.press('Escape')
    await see(chip(page, `${unit.short_name}牵头`))
    await page.getByRole('button', { name: '添加条件' }).click()
    await page.getByRole('button', { name: '到期时间', exact: true }).click()
    await page.getByRole('button', { name: '7 天内' }).click()
    await count(rows(page), 1)
    assert.deepEqual(await titles(page), ['十天内到期的事'])
  },

  async 'a column’s head sorts up, down and not at all'(app) {
    const work = new Work(app.people.zhouyun)
    const { unit } = await app.org.newBureau()
    for (const [title, days] of [['乙排序', 20], ['甲排序', 10], ['丙排序', 30]]) await work.draft(title, unit, { due: { day: dayFromNow(days) } })
    const page = await centreDesk(app)
    await go(page, '/tasks?q=排序')
    await count(rows(page), 3)
    const head = page.getByRole('columnheader', { name: '时限' })
    const press = () => head.getByRole('button').click()
    assert.equal(await head.getAttribute('aria-sort'), 'none')
    await press()
    await at(page, /sort=due_day/)
    await until('the earliest first', async () => (await titles(page)).join() === '甲排序,乙排序,丙排序')
    assert.equal(await head.getAttribute('aria-sort'), 'ascending')
    await press()
    await at(page, /sort=-due_day/)
    await until('the latest first', async () => (await titles(page)).join() === '丙排序,乙排序,甲排序')
    await press()
    await at(page, `/tasks?q=${encodeURIComponent('排序')}`)
    assert.equal(await head.getAttribute('aria-sort'), 'none')
  },

  async 'a long list grows by “再显示一些”, to the last row'(app) {
    const work = new Work(app.people.zhouyun)
    const { unit } = await app.org.newBureau()
    for (let n = 1; n <= 53; n++) await work.draft(`长列表${String(n).padStart(2, '0')}号`, unit)
    const page = await centreDesk(app)
    await go(page, '/tasks?q=长列表')
    await count(rows(page), 50)
    await says(page.locator('.more'), '已显示 50 / 53 件')
    await page.getByRole('button', { name: '再显示一些' }).click()
    await count(rows(page), 53)
    await gone(page.getByRole('button', { name: '再显示一些' }))
    assert.equal(new Set(await titles(page)).size, 53, 'no row twice')
    await says(page.locator('.page__head'), '53 件')
  },

  async 'the lamps above the list choose and count'(app) {
    const work = new Work(app.people.zhouyun)
    const { unit, head } = await app.org.newBureau()
    await work.active('早该办完的灯色任务', unit, head, null, { due: { day: dayFromNow(-20) }, start_day: dayFromNow(-60) })
    await work.dispatched('还没签收的灯色任务', unit)
    const page = await centreDesk(app)
    await go(page, '/tasks?q=灯色任务')
    const lamps = page.getByRole('group', { name: '亮灯', exact: true })
    await says(lamps.getByRole('button', { name: '红灯' }), '1')
    await lamps.getByRole('button', { name: '红灯' }).click()
    await at(page, /lamp=red/)
    await count(rows(page), 1)
    await says(rows(page), '早该办完的灯色任务')
    await says(rows(page), /逾期 \d+ 个工作日/)
    // What the others would show stays to be seen.
    await says(lamps.getByRole('button', { name: '未启动' }), '1')
    // What makes the lamp red stands behind it.
    assert.match(await rows(page).locator('.c-lamp span[title]').first().getAttribute('title'), unreadable)
    await lamps.getByRole('button', { name: '红灯' }).click()
    await count(rows(page), 2)
  },

  async 'the columns one chooses are remembered'(app) {
    const page = await centreDesk(app)
    await new Work(app.people.zhouyun).draft('选列', app.units.bureau)
    await go(page, '/tasks?q=选列')
    await gone(page.getByRole('columnheader', { name: '编号' }))
    await page.getByRole('button', { name: '选择要显示的列' }).click()
    await page.getByRole('checkbox', { name: '编号' }).check()
    await page.getByRole('checkbox', { name: '进度' }).uncheck()
    await see(page.getByRole('columnheader', { name: '编号' }))
    await page.reload()
    await see(page.getByRole('columnheader', { name: '编号' }))
    await count(page.getByRole('columnheader', { name: '进度' }), 0)
  },

  async 'the tree unfolds level by level'(app) {
    const work = new Work(app.people.zhouyun)
    const { unit } = await app.org.newBureau()
    const top = await work.draft('层级展示总任务', unit)
    const children = ['第一步', '第二步'].map((title) => ({ title: `层级展示${title}`, weight: 50, parties: [{ unit_id: unit.id, role: 'lead' }], due: { day: dayFromNow(30) } }))
    await app.people.zhouyun.api.put(`/tasks/${top.id}/children`, { version: top.version, children })
    const page = await centreDesk(app)
    await go(page, '/tasks?q=层级展示')
    await count(rows(page), 3)
    await page.getByRole('group', { name: '显示方式' }).getByRole('button', { name: '层级' }).click()
    await at(page, /view=tree/)
    await count(rows(page), 1)
    await page.getByRole('button', { name: '展开 层级展示总任务 的下级任务' }).click()
    await count(rows(page), 3)
    assert.deepEqual(await titles(page), ['层级展示总任务', '层级展示第一步', '层级展示第二步'])
    await page.getByRole('button', { name: '收起 层级展示总任务 的下级任务' }).click()
    await count(rows(page), 1)
  },

  async 'a new task says what is missing, reads its due day in words and is handed out'(app) {
    const { unit } = await app.org.newBureau()
    const page = await centreDesk(app)
    await go(page, '/tasks/new')
    await page.getByRole('button', { name: '交办', exact: true }).click()
    await says(page.locator('main'), '请填写任务名称')
    await says(page.locator('main'), '请填写牵头单位')
    await says(page.locator('main'), '请填写时限')
    await says(page.locator('main'), '请先确认不涉密')

    await fillTask(page, { title: '整治北岸片区积水点', unit: unit.name, due: '10个工作日内' })
    const { day } = await app.people.zhouyun.api.post('/deadline-readings', { text: '10个工作日内' })
    await says(page.locator('.due__read'), day)
    await says(page.locator('.due__read'), /周[一二三四五]，距今 \d+ 天/)
    await page.locator('.due__read').getByRole('button', { name: '怎么算的' }).click()
    await says(page.locator('.due__read'), /10 ?个工作日/)

    // A cadence in the words is offered as a rule.
    await page.getByLabel(/^时限/).fill('每月25日前报送')
    await says(page.locator('.offer'), '时限里写了报送周期')
    await page.getByRole('button', { name: '设置', exact: true }).click()
    assert.equal(await page.getByLabel('报送周期').inputValue(), 'monthly')
    assert.equal(await page.getByLabel('几日前报').inputValue(), '25')
    await page.getByLabel(/^时限/).fill('10个工作日内')
    await says(page.locator('.due__read'), day)

    await page.getByLabel('任务要求').fill('查清成因，一点一策，完成改造。')
    await page.getByRole('radio', { name: '重要', exact: true }).check()
    await page.getByLabel('我确认本任务及附件不涉及国家秘密').check()
    await page.getByRole('button', { name: '交办', exact: true }).click()
    await toast(page, '已交办')
    await at(page, /^\/tasks\/[0-9a-f-]{36}$/)
    await see(page.getByRole('heading', { name: '整治北岸片区积水点', level: 1 }))
    for (const words of ['已交办', '重要', '每月 25 日前报送', unit.short_name]) await says(page.locator('article'), words)
    await says(page.locator('.path'), /\d{4}/)
  },

  async 'words that mean no day are said to mean none'(app) {
    const page = await centreDesk(app)
    app.expect({ status: 422 })
    await go(page, '/tasks/new')
    await fillTask(page, { title: '时限写不清的事', unit: '经济发展局', due: '等有空的时候' })
    await says(page.locator('.due__read'), unreadable)
    await page.getByLabel('我确认本任务及附件不涉及国家秘密').check()
    await page.getByRole('button', { name: '交办', exact: true }).click()
    await see(page.locator('.field__error, .notice--bad'))
    assert.match(page.url(), /\/tasks\/new$/, 'nothing was handed out')
    assert.equal(await field(page, '任务名称').inputValue(), '时限写不清的事')
  },

  async 'what was typed survives a reload, until it was sent'(app) {
    const person = await app.org.person({ login: 'caogao', name: '草稿人', unit_id: app.units.centre.id, post_name: '科员', post_kind: 'staff' })
    const page = await app.desk(person)
    await go(page, '/tasks/new')
    await fillTask(page, { title: '写到一半的任务', unit: '经济发展局', due: '月底前' })
    await until('the draft to be kept', () => page.evaluate(() => Object.entries(localStorage).some(([key, value]) => key.startsWith('sbc.task.') && value.includes('月底前'))))
    await page.reload()
    await says(page.locator('main'), '已恢复上次没有发出的内容')
    assert.equal(await field(page, '任务名称').inputValue(), '写到一半的任务')
    assert.equal(await page.getByLabel(/^时限/).inputValue(), '月底前')
    await says(page.locator('.el-select').first(), '经发局')

    await page.getByRole('button', { name: '存为草稿' }).click()
    await toast(page, '已存为草稿')
    await at(page, /^\/tasks\/[0-9a-f-]{36}$/)
    await go(page, '/tasks/new')
    await see(page.getByRole('heading', { name: '新建任务' }))
    assert.equal(await field(page, '任务名称').inputValue(), '', 'what was sent is a draft no more')
  },

  async 'a task is set and handed out with the keyboard alone'(app) {
    const { unit } = await app.org.newBureau()
    const page = await centreDesk(app)
    await go(page, '/tasks')
    await see(page.getByRole('heading', { name: '任务', exact: true }))
    const keys = page.keyboard
    const focus = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') || document.activeElement?.labels?.[0]?.innerText || document.activeElement?.innerText || '')
    const tabTo = async (words) => {
      for (let step = 0; step < 40; step++) {
        if (clean(await focus()).startsWith(words)) return
        await keys.press('Tab')
      }
      assert.fail(`the keyboard does not reach “${words}”; it is at “${await focus()}”`)
    }
    await keys.press('n')
    await at(page, '/tasks/new')
    await see(field(page, '任务名称'))
    await tabTo('任务名称')
    await keys.type('只用键盘交办的任务')
    await tabTo('牵头单位')
    await keys.type(unit.name)
    await until('the unit to be offered', () => page.getByRole('option', { name: unit.name }).first().isVisible())
    await keys.press('Enter')
    await tabTo('时限')
    await keys.type('年底前')
    await says(page.locator('.due__read'), /12-31/)
    await tabTo('我确认本任务及附件不涉及国家秘密')
    await keys.press('Space')
    await tabTo('交办')
    await keys.press('Enter')
    await at(page, /^\/tasks\/[0-9a-f-]{36}$/)
    await see(page.getByRole('heading', { name: '只用键盘交办的任务', level: 1 }))
    await says(page.locator('article'), unit.short_name)

    // On from here without the mouse: to the list, into the search, to the help and out of it.
    await keys.press('g')
    await keys.press('t')
    await at(page, '/tasks')
    await keys.press('/')
    await until('the search to have the focus', async () => (await focus()) === '搜索任务')
    await keys.type('只用键盘')
    await see(page.getByRole('option', { name: '只用键盘交办的任务' }))
    await keys.press('ArrowDown')
    await keys.press('Enter')
    await at(page, /^\/tasks\/[0-9a-f-]{36}$/)
    await keys.press('?')
    await see(dialog(page, '键盘快捷键'))
    await keys.press('Escape')
    await gone(dialog(page, '键盘快捷键'))
  },

  async 'whoever saves second is told what the first did, and keeps what was typed'(app) {
    const work = new Work(app.people.zhouyun)
    const { unit } = await app.org.newBureau()
    const task = await work.draft('两人同时改的任务', unit)
    const colleague = await app.org.person({ login: 'tongshi', name: '吴同事', unit_id: app.units.centre.id, post_name: '科员', post_kind: 'staff' })
    const [first, second] = [await centreDesk(app), await app.desk(colleague)]
    app.expect({ status: 409 })
    for (const page of [first, second]) {
      await go(page, `/tasks/${task.id}/edit`)
      await see(field(page, '任务名称'))
    }
    await field(second, '任务要求').fill('由第二个人写的要求')
    const heard = second.waitForResponse((response) => response.url().endsWith(`/tasks/${task.id}`) && response.request().method() === 'GET')
    await field(first, '任务名称').fill('第一个人改过名称的任务')
    await first.getByRole('button', { name: '保存' }).click()
    await toast(first, '已保存')
    // Even when the other page has heard of it meanwhile: what one has not seen one does not overwrite.
    await heard
    await second.getByRole('button', { name: '保存' }).click()
    const conflict = dialog(second, '内容已被更新')
    await says(conflict, '又有人作了改动')
    await says(conflict, app.people.zhouyun.name)
    await conflict.getByRole('button', { name: '载入最新内容，继续填写' }).click()
    await gone(conflict)
    assert.equal(await field(second, '任务要求').inputValue(), '由第二个人写的要求')
    assert.equal((await work.detail(task.id)).task.title, '第一个人改过名称的任务', 'nothing was overwritten')
    await second.getByRole('button', { name: '保存' }).click()
    await toast(second, '已保存')
    const now = await work.detail(task.id)
    assert.equal(now.demand, '由第二个人写的要求')
    assert.equal(now.task.title, '第一个人改过名称的任务', 'what the second did not touch is as the first left it')
  },

  async 'whoever edits one thing of a task leaves the others as they are: every party with its role, and a due day that was moved'(app) {
    const work = new Work(app.people.zhouyun)
    const units = []
    for (const role of ['lead', 'co_lead', 'summary', 'implement', 'co', 'charge_leader']) units.push([role, await app.org.newBureau()])
    const parties = units.map(([role, { unit }]) => ({ unit_id: unit.id, role, ...(role === 'summary' ? { demand: '汇总成表' } : {}) }))
    const task = await work.dispatched('各有角色的任务', null, { parties, due: { text: '30个工作日内' } })
    const roles = async () => (await work.detail(task.id)).parties.map(({ role, unit, demand }) => [role, unit.id, demand ?? ''])
    const before = await roles()
    const page = await centreDesk(app)
    await go(page, `/tasks/${task.id}/edit`)
    await field(page, '任务要求').fill('补充一句要求')
    const sent = page.waitForRequest((request) => request.method() === 'PATCH')
    await page.getByRole('button', { name: '保存' }).click()
    assert.deepEqual(Object.keys((await sent).postDataJSON()), ['version', 'demand'])
    await toast(page, '已保存')
    assert.deepEqual(await roles(), before)
    assert.equal((await work.detail(task.id)).task.due_day, task.due_day)

    // One of them gets another role: the rest stays.
    const [, { unit }] = units[4]
    await go(page, `/tasks/${task.id}/edit`)
    await page.getByRole('button', { name: /配合事项和时限/ }).click()
    await page.getByLabel(`${unit.short_name}：角色`).selectOption('implement')
    await page.getByRole('button', { name: '保存' }).click()
    await toast(page, '已保存')
    assert.deepEqual(
      await roles(),
      before.map(([role, id, demand]) => [id === unit.id ? 'implement' : role, id, demand]),
    )
  },

  async 'what was changed of a task survives a reload, until it is saved or given up'(app) {
    const work = new Work(app.people.zhouyun)
    const { unit } = await app.org.newBureau()
    const task = await work.draft('改到一半的任务', unit)
    const { demand } = await work.detail(task.id)
    const page = await centreDesk(app)
    const edit = async () => {
      await go(page, `/tasks/${task.id}/edit`)
      return field(page, '任务要求')
    }
    await (await edit()).fill('改到一半的要求')
    await until('the change to be kept', () => page.evaluate(() => Object.entries(localStorage).some(([key, value]) => key.startsWith('sbc.edit.') && value.includes('改到一半的要求'))))
    await page.reload()
    await says(page.locator('main'), '已恢复上次没有保存的修改')
    assert.equal(await field(page, '任务要求').inputValue(), '改到一半的要求')
    // Whoever leaves is asked first.
    page.once('dialog', (ask) => ask.accept())
    await page.getByRole('link', { name: '取消' }).click()
    await at(page, `/tasks/${task.id}`)
    await edit()
    await page.getByRole('button', { name: '放弃，按已保存的显示' }).click()
    await gone(page.getByText('已恢复上次没有保存的修改'))
    assert.equal(await field(page, '任务要求').inputValue(), demand)
    await (await edit()).fill('改完的要求')
    await page.getByRole('button', { name: '保存' }).click()
    await toast(page, '已保存')
    assert.equal(await (await edit()).inputValue(), '改完的要求')
    assert.equal(await page.getByText('已恢复上次没有保存的修改').count(), 0)
  },

  async 'a form that cannot be saved leads to the field that keeps it, however far away'(app) {
    const work = new Work(app.people.zhouyun)
    const { unit } = await app.org.newBureau()
    const task = await work.draft('名称将被删去的任务', unit)
    const page = await centreDesk(app)
    const inSight = (box) => until('the field to be in sight', () => box.evaluate((el) => el === document.activeElement && el.getBoundingClientRect().top > 0))
    for (const [path, button] of [[`/tasks/${task.id}/edit`, '保存'], ['/tasks/new', /^交办/]]) {
      await go(page, path)
      const title = field(page, '任务名称')
      await see(title)
      if (path.endsWith('/edit')) await title.fill('')
      await page.getByRole('button', { name: button }).click()
      await says(page.locator('form.page'), '请填写任务名称')
      await inSight(title)
    }
  },

  async 'a decomposition is refused when somebody else has changed it, and its rows stay'(app) {
    const work = new Work(app.people.zhouyun)
    const { unit } = await app.org.newBureau()
    const task = await work.draft('两人同时分解的任务', unit)
    const page = await centreDesk(app)
    app.expect({ status: 409 })
    await go(page, `/tasks/${task.id}/decompose`)
    const cell = (n) => page.getByRole('row').nth(n)
    await cell(1).getByLabel('任务名称').fill('我的第一步')
    const heard = page.waitForResponse((response) => response.url().endsWith(`/tasks/${task.id}`) && response.request().method() === 'GET')
    await app.people.zhouyun.api.put(`/tasks/${task.id}/children`, {
      version: task.version,
      children: [{ title: '别人的第一步', weight: 100, parties: [{ unit_id: unit.id, role: 'lead' }], due: { day: dayFromNow(20) } }],
    })
    await heard
    await page.getByRole('button', { name: '保存', exact: true }).click()
    await says(dialog(page, '内容已被更新'), '您填写的内容都还在')
    await page.getByRole('button', { name: '载入最新内容，继续填写' }).click()
    assert.equal(await cell(1).getByLabel('任务名称').inputValue(), '我的第一步')
    const titlesNow = async () => (await work.detail(task.id)).children.map((child) => child.title)
    assert.deepEqual(await titlesNow(), ['别人的第一步'])
    // The other's row has joined one's own; together they are saved.
    assert.equal(await cell(2).getByLabel('任务名称').inputValue(), '别人的第一步')
    await page.getByRole('button', { name: '平均分配' }).click()
    await page.getByRole('button', { name: '保存', exact: true }).click()
    await toast(page, '已保存')
    assert.deepEqual(await titlesNow(), ['我的第一步', '别人的第一步'])
  },

  async 'a row that is opened to be decomposed further is that row, though blank ones stand above it'(app) {
    const work = new Work(app.people.zhouyun)
    const { unit } = await app.org.newBureau()
    const task = await work.draft('要逐级分解的任务', unit)
    const child = (title) => ({ title, weight: 50, parties: [{ unit_id: unit.id, role: 'lead' }], due: { day: dayFromNow(20) } })
    await app.people.zhouyun.api.put(`/tasks/${task.id}/children`, { version: task.version, children: [child('第一步'), child('第二步')] })
    const second = (await work.detail(task.id)).children.find((one) => one.title === '第二步')
    const page = await centreDesk(app)
    await go(page, `/tasks/${task.id}/decompose`)
    const cell = (n) => page.getByRole('row').nth(n).getByLabel('任务名称')
    await cell(1).fill('改过的第一步')
    await cell(1).press('Enter')
    await until('a blank row', async () => (await cell(2).inputValue()) === '')
    await page.getByRole('button', { name: '继续分解 第二步' }).click()
    await at(page, `/tasks/${second.id}/decompose`)
  },

  async 'a task is decomposed in a table: weights share themselves and add up to a hundred'(app) {
    const work = new Work(app.people.zhouyun)
    const [one, two] = [await app.org.newBureau(), await app.org.newBureau()]
    const task = await work.draft('要分解的任务', one.unit)
    const page = await centreDesk(app)
    await go(page, `/tasks/${task.id}`)
    await page.getByRole('link', { name: '分解', exact: true }).or(page.getByRole('button', { name: '分解', exact: true })).first().click()
    await at(page, `/tasks/${task.id}/decompose`)
    const cell = (n) => page.getByRole('row').nth(n)
    await cell(1).getByLabel('任务名称').fill('摸清底数')
    await cell(1).getByLabel('任务名称').press('Enter')
    await until('a new row to have the focus', () => page.evaluate(() => document.activeElement?.getAttribute('data-cell') === 'title-1'))
    await page.keyboard.type('集中整治')
    await choose(cell(2), '牵头单位', two.unit.name)
    await cell(2).getByLabel('时限').fill('20个工作日内')
    await says(page.locator('.sum'), '权重合计 100%')
    await cell(1).getByLabel('权重').fill('30')
    await cell(1).getByLabel('权重').press('Tab')
    await until('the rest to be shared', async () => (await cell(2).getByLabel('权重').inputValue()) === '70')
    await cell(2).getByLabel('权重').fill('60')
    await cell(2).getByLabel('权重').press('Tab')
    await says(page.locator('.sum'), '权重合计 90%')
    await page.getByRole('button', { name: '保存', exact: true }).click()
    await says(page.getByRole('alert'), '应合计 100%，现在是 90%')
    await page.getByRole('button', { name: '平均分配' }).click()
    await says(page.locator('.sum'), '权重合计 100%')
    await page.getByRole('button', { name: '保存并交办' }).click()
    const ask = dialog(page, '交办')
    await says(ask, '其中 2 项分解草稿一并交办')
    await ask.getByLabel(/不涉及国家秘密/).check()
    await ask.getByRole('button', { name: '交办' }).click()
    await at(page, `/tasks/${task.id}`)
    const { children } = await work.detail(task.id)
    assert.deepEqual(
      children.map((child) => [child.title, child.weight, child.lead.unit.id, child.state]),
      [
        ['摸清底数', 50, one.unit.id, 'dispatched'],
        ['集中整治', 50, two.unit.id, 'dispatched'],
      ],
    )
  },

  async 'a message arrives while one looks, is counted, opened and read'(app) {
    const { unit, liaison } = await app.org.newBureau()
    const page = await app.desk(liaison)
    const live = page.waitForResponse((response) => response.url().includes('/live?'))
    await go(page, '/todo')
    await live
    await says(page.locator('main'), '没有待办')
    const same = await mark(page)
    const work = new Work(app.people.zhouyun)
    await work.dispatched('会来消息的任务', unit)
    await toast(page, '会来消息的任务')
    await see(page.getByRole('link', { name: '1 条未读消息' }))
    await says(page.locator('main'), '待签收')
    await says(page.getByRole('navigation', { name: '主导航' }), '待办 1')
    await same()
    await work.dispatched('第二件会来消息的任务', unit)
    await page.getByRole('link', { name: '2 条未读消息' }).click()
    await at(page, '/inbox')
    await count(page.locator('.entry.fresh'), 2)
    await page.getByRole('button', { name: '未读 2' }).click()
    await page.locator('.message').filter({ hasText: '“第二件会来消息的任务”' }).or(page.locator('.message').filter({ hasText: '第二件会来消息的任务' })).first().click()
    await at(page, /^\/tasks\/[0-9a-f-]{36}$/)
    await see(page.getByRole('heading', { name: '第二件会来消息的任务', level: 1 }))
    await see(page.getByRole('link', { name: '1 条未读消息' }))
    await go(page, '/inbox')
    await page.getByRole('button', { name: '全部标为已读' }).click()
    await count(page.locator('.entry.fresh'), 0)
    await see(page.getByRole('link', { name: '0 条未读消息' }))
    await page.getByRole('button', { name: '未读 0' }).click()
    await says(page.locator('main'), '没有未读消息')
  },

  async 'the to-do list is worked off where it stands'(app) {
    const { unit, head, handler } = await app.org.newBureau()
    const work = new Work(app.people.zhouyun)
    const task = await work.dispatched('待办里的任务', unit)
    const page = await app.desk(head)
    await go(page, '/todo')
    const group = (name) => page.getByRole('region', { name, exact: true })
    await group('待签收').getByRole('button', { name: '签收：待办里的任务' }).click()
    const sign = dialog(page, '签收')
    await says(sign, `代表${unit.name}签收（牵头）`)
    await sign.getByRole('button', { name: '签收' }).click()
    await toast(page, '已签收')
    await gone(group('待签收'))
    await group('待指定经办人').getByRole('button', { name: /指定经办人/ }).click()
    const assign = dialog(page, '指定经办人')
    await choose(assign, '经办人', handler.name)
    await assign.getByRole('button', { name: '确定' }).click()
    await toast(page, '已指定经办人')
    await says(page.locator('main'), '没有待办')

    // What one hands in, another reviews.
    const theirs = await app.desk(handler)
    await go(theirs, `/tasks/${task.id}`)
    await theirs.getByRole('button', { name: '上报进展' }).click()
    const report = dialog(theirs, '上报进展')
    await report.getByRole('button', { name: '上报', exact: true }).click()
    await says(report.getByRole('alert'), '请填写进展情况')
    await report.getByRole('spinbutton').fill('35')
    await report.getByLabel(/^进展情况/).fill('完成现场踏勘')
    await report.getByRole('button', { name: '上报', exact: true }).click()
    await toast(theirs, '已上报')
    await says(theirs.locator('.facts'), '已报 35% 待审核')

    const centre = await centreDesk(app)
    await go(centre, '/todo')
    await centre.getByRole('button', { name: '审核上报：待办里的任务' }).click()
    const review = dialog(centre, '审核上报')
    await says(review, '完成现场踏勘')
    await review.getByRole('spinbutton').fill('30')
    await review.getByRole('button', { name: '确定' }).click()
    await toast(centre, '已审核')
    // The handler's page moves by itself.
    await says(theirs.locator('.figure__value').first(), '30%')
    await says(theirs.getByRole('region', { name: '办理过程' }), '核定 30%')
  },

  async 'of a task that is broken down a review asks for no progress'(app) {
    const { unit, head } = await app.org.newBureau()
    const work = new Work(app.people.zhouyun)
    const task = await work.active('已分解的任务', unit, head)
    const below = { title: '其中一项', weight: 100, parties: [{ unit_id: unit.id, role: 'lead' }] }
    const parts = await head.api.put(`/tasks/${task.id}/children`, { version: task.version, children: [below] })
    await head.api.post(`/tasks/${task.id}/submission`, { version: parts.task.version, not_secret: true })
    await head.api.post(`/tasks/${task.id}/reports`, { claimed_progress: 0, text: '下级任务已经布置' })

    const page = await centreDesk(app)
    await go(page, `/tasks/${task.id}`)
    await page.getByRole('region', { name: '现在要做的' }).getByRole('button', { name: '审核上报' }).click()
    const review = dialog(page, '审核上报')
    await says(review, '下级任务已经布置')
    await count(review.getByRole('spinbutton'), 0)
    await review.getByRole('button', { name: '确定' }).click()
    await toast(page, '已审核')
    assert.equal((await work.detail(task.id)).reports[0].state, 'accepted')
  },

  async 'a wrong unit sends a task back, and the centre rules'(app) {
    const [wrong, right] = [await app.org.newBureau(), await app.org.newBureau()]
    const work = new Work(app.people.zhouyun)
    const task = await work.dispatched('派错单位的任务', wrong.unit)
    const theirs = await app.desk(wrong.head)
    await go(theirs, `/tasks/${task.id}`)
    await theirs.getByRole('button', { name: '退回', exact: true }).click()
    const form = dialog(theirs, '退回')
    await form.getByLabel(/^退回理由/).fill('不属于本单位职责')
    await choose(form, '建议由哪个单位承担', right.unit.name)
    await form.getByRole('button', { name: '退回', exact: true }).click()
    await toast(theirs, '已提交退回申请')

    const page = await centreDesk(app)
    await go(page, `/tasks/${task.id}`)
    await page.getByRole('button', { name: '裁定退回' }).first().click()
    const ruling = dialog(page, '裁定退回')
    await says(ruling, `建议改由${right.unit.name}承担`)
    await ruling.getByLabel(/^裁定意见/).fill('同意改派')
    await ruling.getByRole('button', { name: '确定' }).click()
    await toast(page, '已裁定')
    await says(page.locator('.task__left'), right.unit.short_name)
    const detail = await right.head.api.get(`/tasks/${task.id}`)
    assert.ok(detail.can.includes('sign'))
  },

  async 'a figure on the home page leads to exactly its rows'(app) {
    const { unit, head } = await app.org.newBureau()
    const work = new Work(app.people.zhouyun)
    for (const n of [1, 2, 3]) await work.active(`首页数字${n}`, unit, head, null, n === 3 ? { due: { day: dayFromNow(-9) }, start_day: dayFromNow(-40) } : {})
    const page = await app.desk(head)
    for (const [name, expected] of [['在办', 3], ['逾期', 1]]) {
      await go(page, '/')
      await see(page.getByRole('heading', { name: '本单位要办的事' }))
      const figure = page.locator('.strip li').filter({ has: page.locator('.name', { hasText: name }) })
      await says(figure.locator('.value'), String(expected))
      await figure.getByRole('link').click()
      await at(page, /^\/tasks\?/)
      await settled(page)
      await count(rows(page), expected)
    }
    // The leader's question is what is red and who holds it.
    const leader = await app.desk(app.people.wang)
    await go(leader, '/')
    await see(leader.getByRole('heading', { name: '哪些亮红灯，谁在负责' }))
    await says(leader.locator('.panel').filter({ hasText: '最需要督办的任务' }), '首页数字3')
    await see(leader.getByRole('button', { name: '督办：首页数字3' }))
  },

  async 'dark and light, Chinese and English are chosen and remembered'(app) {
    const page = await app.desk(app.people.zheng, { colorScheme: 'light' })
    await go(page, '/')
    const html = page.locator('html')
    const open = () => page.locator('button.who').click()
    await see(page.getByRole('heading', { name: '本单位要办的事' }))
    assert.equal(await html.getAttribute('data-theme'), 'light')
    await open()
    await page.getByRole('group', { name: '外观' }).getByRole('button', { name: '深色' }).click()
    assert.equal(await html.getAttribute('data-theme'), 'dark')
    await page.getByRole('group', { name: '语言' }).getByRole('button', { name: 'English' }).click()
    await see(page.getByRole('link', { name: 'Tasks' }))
    assert.equal(await html.getAttribute('lang'), 'en')
    await page.reload()
    await see(page.getByRole('link', { name: 'Tasks' }))
    assert.equal(await html.getAttribute('data-theme'), 'dark')
    // No page is left half in Chinese.
    for (const path of ['/', '/todo', '/tasks', '/tasks/new', '/inbox', '/org']) {
      await go(page, path)
      await see(page.locator('h1'))
      const heading = await page.locator('h1').first().innerText()
      assert.doesNotMatch(heading, /\p{Script=Han}/u, `${path}: ${heading}`)
    }
    await open()
    await page.getByRole('group', { name: 'Appearance' }).or(page.getByRole('group', { name: /theme|appearance|look/i })).first().getByRole('button').first().click()
    assert.equal(await html.getAttribute('data-theme'), 'light', 'as the system is')
    await page.emulateMedia({ colorScheme: 'dark' })
    await until('the page to follow the system', async () => (await html.getAttribute('data-theme')) === 'dark')
  },

  async 'an address that leads nowhere says so and leads home'(app) {
    const page = await centreDesk(app)
    app.expect({ status: 404 })
    await go(page, '/no/such/page')
    await says(page.locator('main'), '没有这一页')
    await page.getByRole('link', { name: '回首页' }).click()
    await at(page, '/')
    await go(page, '/tasks/01900000-0000-7000-8000-000000000000')
    await says(page.getByRole('alert'), '没有找到，或不在您的查看范围内')
    await page.getByRole('link', { name: '返回任务列表' }).click()
    await at(page, '/tasks')
  },
}
