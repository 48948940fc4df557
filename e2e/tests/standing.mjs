import assert from 'node:assert/strict'
import { Caller } from '../lib/api.mjs'
import { violations } from '../lib/axe.mjs'
import { at, clean, count, dialog, go, gone, overflow, says, see, toast } from '../lib/page.mjs'
import { until } from '../lib/until.mjs'
import { dayFromNow, Work } from '../lib/work.mjs'

/** What its verbs ask of PostgreSQL, the promises and the API's tests ask there, too. */
export const only = 'sqlite'

/** Some tests look at many pages twice. */
export const patience = 180_000

const keeper = (app) => app.desk(app.people.zhouyun, { colorScheme: 'light' })
const year = (day) => Number(day.slice(0, 4))
const words = (day) => `${Number(day.slice(5, 7))}月${Number(day.slice(8))}日`
const panel = (page, name) => page.locator('.side .panel').filter({ has: page.getByRole('heading', { name, exact: true }) })
const cell = (page, day) => page.locator(`[data-day="${day}"]`)
const button = (scope, name) => scope.getByRole('button', { name, exact: true })

async function calendar(page, day = dayFromNow(0)) {
  await go(page, year(day) === year(dayFromNow(0)) ? '/calendar' : `/calendar?year=${year(day)}`)
  await see(page.getByRole('group', { name: `${year(day)}年` }))
}
async function rules(page) {
  await go(page, '/rules')
  await see(page.getByRole('heading', { name: '办理时限' }))
}
const sentence = (page, text) => page.locator('.sentence').filter({ hasText: text })

/** The next days that are worked as any other, after so many of them. */
async function workdays(api, n, skip = 0) {
  const days = []
  const known = new Map()
  for (let ahead = 1; days.length < skip + n; ahead++) {
    const day = dayFromNow(ahead)
    if (!known.has(year(day))) known.set(year(day), (await api.get(`/calendar/years/${year(day)}`)).days.map((one) => one.day))
    const weekday = new Date(`${day}T00:00:00Z`).getUTCDay()
    if (weekday % 6 && !known.get(year(day)).includes(day)) days.push(day)
  }
  return days.slice(skip)
}
const version = async (api) => (await api.get('/calendar')).version
async function setDay(api, day, name, more = {}) {
  return api.post('/calendar/days', { day, off: true, name, version: await version(api), ...more })
}
async function write(api, set, more = {}) {
  const { version, rules } = await api.get('/task-rules')
  return api.post('/task-rules', { rules: { ...rules, ...set }, reason: '试行', version, ...more })
}
const tryOut = async (page) => {
  await page.getByRole('button', { name: /^(重新)?试算$/ }).click()
  await see(page.locator('.trial'))
}

export const tests = {
  async 'a day set off moves a task that was said in working days, and the day set free moves it back'(app) {
    const { api } = app.people.zhouyun
    const { unit, head } = await app.org.newBureau()
    const work = new Work(app.people.zhouyun)
    const task = await work.active('节前安全检查', unit, head, null, { due: { text: '10个工作日内' } })
    const due = async () => (await work.detail(task.id)).task.due_day
    const before = await due()
    const [day] = await workdays(api, 1)
    const page = await keeper(app)
    await calendar(page, day)
    await cell(page, day).click()
    const form = dialog(page, '设定工作日')
    await says(form, /这一天现在是：上班/)
    assert.ok(await form.getByLabel('放假', { exact: true }).isChecked(), 'the other of what it is')
    await button(form, '保存').click()
    await says(form.getByRole('alert'), '请填写事由')
    await form.getByLabel(/^事由/).fill('防台风停工')
    await form.getByLabel(/^依据/).fill('滨管办〔2026〕9号')
    await button(form, '保存').click()
    await toast(page, `已设定 ${words(day)}`)
    await gone(form)
    await says(panel(page, '本地设定的日子'), /防台风停工 依据：滨管办〔2026〕9号/)
    await says(panel(page, '变更记录'), /防台风停工 周运/)
    assert.match(clean(await cell(page, day).innerText()), /休.*放假，防台风停工，本地设定/)
    await until('the due day to move', async () => (await due()) > before)
    assert.ok((await work.sentences(task.id)).some((line) => line.includes(`工作日历调整，期限由${before}改为`)))
    // Whoever does the task reads why.
    const theirs = await app.desk(head)
    await go(theirs, `/tasks/${task.id}`)
    await theirs.getByRole('button', { name: '怎么算的' }).click()
    await says(theirs.locator('.why'), '防台风停工')
    await theirs.locator('.why').getByRole('link', { name: '看工作日历' }).click()
    await at(theirs, /^\/calendar/)

    await panel(page, '本地设定的日子').getByRole('button', { name: new RegExp(`^取消 ${words(day)}`) }).click()
    const remove = dialog(page, '取消本地设定')
    await button(remove, '取消设定').click()
    await says(remove.getByRole('alert'), '请填写取消的原因')
    await remove.getByLabel(/^取消的原因/).fill('台风转向')
    await button(remove, '取消设定').click()
    await toast(page, `已取消 ${words(day)}`)
    await says(panel(page, '本地设定的日子'), '没有本地设定的日子')
    await until('the due day to move back', async () => (await due()) === before)
  },

  async 'whoever sets a day second is shown what the first did, and keeps what was typed'(app) {
    const { zhouyun, admin } = app.people
    const [mine, theirs] = await workdays(zhouyun.api, 2, 20)
    const page = await keeper(app)
    app.expect({ status: 409 })
    await calendar(page, mine)
    await cell(page, mine).click()
    const form = dialog(page, '设定工作日')
    await form.getByLabel(/^事由/).fill('会展中心封控')
    await setDay(admin.api, mine, '别人先定的停工')
    await setDay(admin.api, theirs, '另一天停水')
    await button(form, '保存').click()
    const told = form.getByRole('alert').first()
    await says(told, '日历又有改动，这次没有保存')
    await says(told, /另一天停水 系统管理员.*别人先定的停工 系统管理员/)
    await says(form, /这一天现在是：放假，别人先定的停工 本地设定/)
    assert.equal(await form.getByLabel(/^事由/).inputValue(), '会展中心封控')
    await button(form, '保存').click()
    await toast(page, `已设定 ${words(mine)}`)
    const { local } = await zhouyun.api.get('/calendar')
    assert.deepEqual(local.filter((one) => [mine, theirs].includes(one.day)).map((one) => one.name).sort(), ['会展中心封控', '另一天停水'].sort())
  },

  async 'next year’s notice is entered with its errors at their fields, and corrected by pasting its text'(app) {
    const { api } = app.people.zhouyun
    const { unit } = await app.org.newBureau()
    const work = new Work(app.people.zhouyun)
    const { years } = await api.get('/calendar')
    const next = [1, 2].map((n) => year(dayFromNow(0)) + n).find((n) => !years.includes(n))
    // Days worked in exchange are weekend days; any other is worked anyhow.
    const weekend = (from) => {
      const day = new Date(`${next}-${from}T00:00:00Z`)
      while (day.getUTCDay() !== 6) day.setUTCDate(day.getUTCDate() + 1)
      return day.toISOString().slice(0, 10)
    }
    const [first, second, third] = ['01-09', '01-16', '02-03'].map(weekend)
    const task = await work.dispatched('跨年工作', unit, { due: { day: `${next}-01-20` } })
    const page = await keeper(app)
    // From the task's warning to the year it is about.
    await go(page, `/tasks/${task.id}`)
    await page.locator('.warn').getByRole('link', { name: '看工作日历' }).click()
    await at(page, `/calendar?year=${next}`)
    await says(page.locator('.lead'), `${next}年的放假安排尚未公布或录入，目前只扣除周末`)

    await button(page, '录入放假安排').click()
    const form = dialog(page, `${next}年放假安排`)
    const row = (n) => form.getByRole('group', { name: `第 ${n} 个节日` })
    await count(form.getByRole('group'), 7)
    for (const name of ['国庆节', '中秋节', '端午节', '劳动节', '清明节', '春节']) await button(form, `移除“${name}”`).click()
    await row(1).getByLabel('放假从').fill(`${next}-01-03`)
    await row(1).getByLabel('到', { exact: true }).fill(`${next}-01-01`)
    await row(1).getByLabel('调休上班的日子').fill('1月32日')
    await button(form, '保存').click()
    await says(form.getByLabel(/^通知文号/).locator('xpath=..'), '请填写')
    await says(row(1), '不能早于开始日期')
    await says(row(1), '看不懂“1月32日”')
    await form.getByLabel(/^通知文号/).fill('国办发明电〔x〕1号')
    await row(1).getByLabel('到', { exact: true }).fill(`${next}-01-04`)
    await row(1).getByLabel('调休上班的日子').fill(`${words(first)}（调休）`)
    await says(row(1), '共 2 天')
    await says(row(1), `${words(first)}（周六）`)
    await button(form, '保存').click()
    await toast(page, `已录入${next}年放假安排`)
    await gone(form)
    await gone(page.locator('.lead'))
    await says(panel(page, '放假与调休'), /本地录入 放假安排：国办发明电〔x〕1号 元旦 1月3日（周.）至1月4日（周.），共 2 天/)
    assert.match(clean(await cell(page, `${next}-01-04`).innerText()), /休.*放假，元旦/)

    await button(page, '更正放假安排').click()
    await says(form, '请对照通知原文更正')
    assert.equal(await row(1).getByLabel('调休上班的日子').inputValue(), words(first))
    await button(form, '粘贴通知原文自动填写').click()
    const text = form.getByRole('textbox', { name: '粘贴通知原文自动填写' })
    await text.fill(`国务院办公厅关于${next - 3}年部分节假日安排的通知\n一、元旦：1月1日放假。`)
    await button(form, '识别并填写').click()
    await says(form.getByRole('alert'), `这是${next - 3}年的通知`)
    await text.fill(`国办发明电〔${next - 1}〕8号\n一、元旦：1月1日（周六）至3日放假，共3天。\n二、春节：1月26日至2月1日放假调休，共7天。${words(second)}（周六）、${words(third)}（周六）上班。`)
    await button(form, '识别并填写').click()
    await says(form, '识别出 2 个节日，请逐项核对')
    await button(form, '保存').click()
    await toast(page, `已录入${next}年放假安排`)
    await says(panel(page, '放假与调休'), new RegExp(`国办发明电〔${next - 1}〕8号.*春节 1月26日.*${words(second)}.*、${words(third)}.*上班`))
    assert.equal((await work.detail(task.id)).calendar_warning, null)
  },

  async 'a day is found and set without the mouse'(app) {
    const page = await keeper(app)
    const today = dayFromNow(0)
    const next = `${year(today) + 1}-03-10`
    await calendar(page, next)
    await count(page.locator('.year button[tabindex="0"]'), 1)
    await cell(page, `${year(next)}-01-01`).focus()
    for (const key of ['PageDown', 'PageDown', 'ArrowDown', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowLeft']) await page.keyboard.press(key)
    await until('the focus to follow', () => page.evaluate((day) => document.activeElement?.getAttribute('data-day') === day, next))
    await page.keyboard.press('Enter')
    await says(dialog(page, '设定工作日'), `${year(next)}年3月10日`)
    await page.keyboard.press('Escape')
    await gone(dialog(page))
    await until('the focus to come back', () => page.evaluate((day) => document.activeElement?.getAttribute('data-day') === day, next))
  },

  async 'a rule is tried, saved and told, the task’s lamp changes, and the default is restored'(app) {
    const { unit, head } = await app.org.newBureau()
    const work = new Work(app.people.zhouyun)
    const task = await work.active('离到期还早的任务', unit, head, null, { due: { day: dayFromNow(25) } })
    const lamp = async () => (await work.detail(task.id)).task.lamp.lamp
    assert.equal(await lamp(), 'green')
    const page = await keeper(app)
    await rules(page)
    await says(sentence(page, '亮黄灯').nth(1), '离到期只剩 3 个工作日')
    await button(page, '修改规则').click()
    const field = page.getByLabel(/^黄灯剩余天数/)
    await field.fill('61')
    await says(sentence(page, '离到期只剩').first(), '应为 0 至 60 的整数')
    assert.ok(await button(page, '试算').isDisabled())
    await field.fill('60')
    await says(page.locator('.changes'), '黄灯剩余天数：3 个工作日 → 60 个工作日')
    await tryOut(page)
    await says(page.locator('.trial'), /试算了 \d+ 件在办任务，其中 \d+ 件的灯会变/)
    const yellow = page.locator('.trial').getByRole('row').filter({ hasText: '黄灯' })
    const [now, then] = (await yellow.getByRole('cell').allInnerTexts()).map(Number)
    assert.ok(then > now, `${now} and then ${then}`)
    assert.equal(await lamp(), 'green', 'a trial changes nothing')

    // Another number asks for another trial before anything can be saved.
    await page.getByLabel(/^核查期限/).fill('12')
    await says(page.locator('.tried'), '请重新试算')
    await count(button(page, '保存'), 0)
    await tryOut(page)
    await button(page, '保存').click()
    await says(page.getByRole('alert'), '请填写修改的原因')
    await page.getByLabel(/^修改的原因/).fill('主任办公会第12次会议')
    await button(page, '保存').click()
    await toast(page, `已保存，自 ${dayFromNow(0)} 起执行`)
    await says(sentence(page, '离到期只剩').first(), /只剩 60 个工作日.*默认 3 个工作日/)
    await says(panel(page, '现行规则'), '主任办公会第12次会议')
    const history = panel(page, '变更记录').getByRole('listitem')
    await says(history, /现行 黄灯剩余天数：3 个工作日 → 60 个工作日 核查期限：10 个工作日 → 12 个工作日 主任办公会第12次会议 周运/)
    await until('the lamp to change', async () => (await lamp()) === 'yellow')
    // From the reason on the task's page to the rule.
    const theirs = await app.desk(head)
    await go(theirs, `/tasks/${task.id}`)
    await theirs.getByRole('link', { name: '亮灯规则' }).click()
    await at(theirs, '/rules')
    await says(sentence(theirs, '离到期只剩').first(), '只剩 60 个工作日')

    await button(page, '修改规则').click()
    await button(page, '恢复默认 3 个工作日').click()
    await button(page, '恢复默认 10 个工作日').click()
    await tryOut(page)
    await page.getByLabel(/^修改的原因/).fill('恢复原规则')
    await button(page, '保存').click()
    await toast(page, '已保存')
    await until('the lamp to be as before', async () => (await lamp()) === 'green')
  },

  async 'a rule may begin later, and says what it will overtake'(app) {
    const { api } = app.people.zhouyun
    const later = dayFromNow(30)
    const page = await keeper(app)
    await rules(page)
    await button(page, '修改规则').click()
    await page.getByLabel(/^橙灯转红灯/).fill('15')
    await tryOut(page)
    await page.getByLabel(/^修改的原因/).fill('下月起放宽')
    await page.getByLabel(/^从哪天起执行/).fill(later)
    await says(page.locator('.steps'), '到那一天才执行')
    await button(page, '保存').click()
    await toast(page, `已保存，自 ${later} 起执行`)
    await says(sentence(page, '连续橙灯'), '连续橙灯 10 个工作日以上')
    await says(panel(page, '现行规则'), new RegExp(`已定另一版，自 ${later} 起执行：下月起放宽 橙灯转红灯：10 个工作日 → 15 个工作日`))
    await says(panel(page, '变更记录').getByRole('listitem'), /还没到日子/)
    await button(page, '修改规则').click()
    await page.getByLabel(/^核查期限/).fill('11')
    await tryOut(page)
    await says(page.locator('.trial'), '不影响亮灯')
    await says(page.locator('.steps'), `已经定了一版从 ${later} 起执行`)
    page.once('dialog', (ask) => ask.accept())
    await button(page, '放弃改动').click()
    await says(sentence(page, '内核查销号'), '办结后 10 个工作日内')
    // As delivered again, on that day too.
    const { defaults } = await api.get('/task-rules')
    await write(api, defaults, { from_day: later, reason: '不再放宽' })
  },

  async 'whoever saves a rule second keeps the numbers that were typed, and the first one’s stand'(app) {
    const { zhouyun, admin } = app.people
    const page = await keeper(app)
    app.expect({ status: 409 })
    await rules(page)
    await button(page, '修改规则').click()
    await page.getByLabel(/^上报提前列入待办/).fill('4')
    await tryOut(page)
    await page.getByLabel(/^修改的原因/).fill('多留一天')
    await write(admin.api, { verify_within: 14 }, { reason: '管理员先改' })
    await button(page, '保存').click()
    const told = page.locator('.steps').getByRole('alert')
    await says(told, /规则又有改动，这次没有保存.*核查期限：10 个工作日 → 14 个工作日 管理员先改 系统管理员/)
    assert.equal(await page.getByLabel(/^上报提前列入待办/).inputValue(), '4')
    assert.equal(await page.getByLabel(/^核查期限/).inputValue(), '14')
    await says(page.locator('.changes'), /^上报提前列入待办：3 天 → 4 天$/)
    await tryOut(page)
    assert.equal(await page.getByLabel(/^修改的原因/).inputValue(), '多留一天')
    await button(page, '保存').click()
    await toast(page, '已保存')
    const { rules: now } = await zhouyun.api.get('/task-rules')
    assert.deepEqual([now.report_ahead, now.verify_within], [4, 14])
    await write(zhouyun.api, { report_ahead: 3, verify_within: 10 })
  },

  async 'numbers that were not saved are not lost silently'(app) {
    const page = await keeper(app)
    await rules(page)
    await button(page, '修改规则').click()
    await page.getByLabel(/^橙灯转红灯/).fill('12')
    const asked = []
    page.on('dialog', (ask) => {
      asked.push(ask.message())
      return asked.length === 1 ? ask.dismiss() : ask.accept()
    })
    const nav = page.getByRole('navigation', { name: '主导航' })
    await nav.getByRole('link', { name: '工作日历' }).click()
    await until('the question', () => asked.length === 1)
    assert.match(asked[0], /改动还没有保存/)
    await at(page, '/rules')
    await nav.getByRole('link', { name: '工作日历' }).click()
    await at(page, '/calendar')
    await rules(page)
    await says(page.locator('.steps'), '已恢复上次没有保存的改动')
    assert.equal(await page.getByLabel(/^橙灯转红灯/).inputValue(), '12')
    await button(page, '放弃改动').click()
    await see(button(page, '修改规则'))
    await page.reload()
    await see(button(page, '修改规则'))
  },

  async 'a handler, a head and a leader read both pages and change nothing'(app) {
    const { chen, zheng, wang } = app.people
    const day = dayFromNow(40)
    for (const who of [chen, zheng, wang]) {
      const page = await app.desk(who)
      await go(page, '/')
      const nav = page.getByRole('navigation', { name: '主导航' })
      await nav.getByRole('link', { name: '工作日历' }).click()
      await see(page.getByRole('heading', { name: '改动会影响什么' }))
      await count(page.locator('.year button'), 0)
      await count(page.locator('main').getByRole('button', { name: /设定|取消|修改|录入|更正/ }), 0)
      await nav.getByRole('link', { name: '任务规则' }).click()
      await says(sentence(page, '核定进度低于计划进度').first(), '核定进度低于计划进度的 95%，亮黄灯。')
      await says(page.locator('main'), '重大任务全部核查')
      await count(page.locator('main').locator('input, select, textarea'), 0)
      await count(page.locator('main').getByRole('button', { name: /修改|试算|保存/ }), 0)
      const caller = new Caller(app.url, who.token)
      const refused = [
        await caller.send('POST', '/calendar/days', { day, off: true, name: '私自放假', version: 0 }),
        await caller.send('POST', '/task-rules', { rules: {}, reason: '私自修改', version: 0 }),
        await caller.send('POST', '/task-rules/previews', { rules: {} }),
      ]
      assert.deepEqual(refused.map((answer) => answer.status), [403, 403, 403], who.name)
    }
  },

  async 'both pages are read by everybody: axe finds nothing in them and their dialogs'(app) {
    const { api } = app.people.zhouyun
    const [day] = await workdays(api, 1, 30)
    await setDay(api, day, '无障碍检查日', { reference: '滨管办〔2026〕10号' })
    const page = await keeper(app)
    const found = []
    const look = async (what, one = page, within = null) =>
      found.push(...(await violations(one, within)).map((line) => `${what}: ${line}`))
    const lookAtDialog = (what) => look(what, page, '[role=dialog]')
    await calendar(page)
    await look('calendar')
    await calendar(page, day)
    await cell(page, day).click()
    await see(dialog(page, '设定工作日'))
    await lookAtDialog('day')
    await button(dialog(page), '取消本地设定').click()
    await see(dialog(page, '取消本地设定').getByLabel(/^取消的原因/))
    await lookAtDialog('remove')
    const far = `${year(dayFromNow(0)) + 2}-01-01`
    await calendar(page, far)
    await look('another year')
    await page.getByRole('button', { name: /放假安排$/ }).click()
    await button(dialog(page), '添加节日').click()
    await button(dialog(page), '保存').click()
    await see(dialog(page).getByRole('alert'))
    await lookAtDialog('notice')
    await rules(page)
    await look('rules')
    await button(page, '修改规则').click()
    await page.getByLabel(/^橙灯进度线/).fill('99')
    await see(page.getByText('不能高于黄灯的比例'))
    await look('a wrong number')
    await page.getByLabel(/^橙灯进度线/).fill('70')
    await tryOut(page)
    await look('a trial')
    const reader = await app.desk(app.people.chen, { colorScheme: 'light' })
    await calendar(reader)
    await look('calendar, reader', reader)
    await rules(reader)
    await look('rules, reader', reader)
    assert.deepEqual(found, [])
    // What was typed here is not left to the next one.
    page.on('dialog', (ask) => ask.accept())
    await button(page, '放弃改动').click()
  },

  async 'a narrow window shows everything without being pushed sideways, however long the names'(app) {
    const { api } = app.people.zhouyun
    const [day] = await workdays(api, 1, 31)
    await setDay(api, day, 'Y'.repeat(40), { reference: 'Z'.repeat(100) })
    await write(api, { orange_days: 11 }, { reason: 'W'.repeat(200) })
    await write(api, { orange_days: 10 }, { reason: '因台风、防汛、会展等原因统一调整，'.repeat(10) })
    for (const width of [375, 768, 1100]) {
      const page = await app.desk(app.people.zhouyun, { viewport: { width, height: 800 } })
      const fits = async (what) => assert.deepEqual(await overflow(page), { beyond: 0, who: [] }, `${what} at ${width}`)
      await calendar(page, day)
      await says(panel(page, '本地设定的日子'), 'YYYY')
      await fits('calendar')
      await button(page, '设定一天').click()
      await see(dialog(page, '设定工作日').getByLabel(/^日期/))
      await fits('day')
      await page.keyboard.press('Escape')
      await gone(dialog(page))
      await page.getByRole('button', { name: /放假安排$/ }).click()
      await see(dialog(page).getByLabel(/^通知文号/))
      const box = await dialog(page).locator('form').evaluate((form) => form.scrollWidth - form.clientWidth)
      assert.ok(box <= 0, `the notice's form is ${box} px too wide at ${width}`)
      await fits('notice')
      await rules(page)
      await says(panel(page, '变更记录'), 'WWWW')
      await fits('rules')
      await button(page, '修改规则').click()
      await page.getByLabel(/^橙灯转红灯/).fill('12')
      await fits('changing rules')
      await tryOut(page)
      await fits('a trial')
      page.on('dialog', (ask) => ask.accept())
      await button(page, '放弃改动').click()
      await see(button(page, '修改规则'))
    }
  },

  async 'both pages speak English, too'(app) {
    const page = await keeper(app)
    await go(page, '/')
    await page.evaluate(() => localStorage.setItem('sbc.locale', '"en"'))
    for (const [path, name] of [['/calendar', 'Working days'], ['/rules', 'Task rules']]) {
      await go(page, path)
      await see(page.getByRole('heading', { name, level: 1 }))
      await see(page.locator('main h2').first())
      const headings = await page.locator('main h1, main h2, main h3, main caption').allInnerTexts()
      assert.deepEqual(headings.filter((text) => /\p{Script=Han}/u.test(text)), [], path)
    }
    await says(page.locator('.sentence').first(), 'Verified progress below 95% of the planned one: yellow.')
    await button(page, 'Change the rules').click()
    await page.getByLabel(/^Red after orange/).fill('12')
    await says(page.locator('.changes'), 'Red after orange: 10 working days → 12 working days')
    page.on('dialog', (ask) => ask.accept())
    await button(page, 'Discard').click()
  },
}
