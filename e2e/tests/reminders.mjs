import assert from 'node:assert/strict'
import { violations } from '../lib/axe.mjs'
import { at, choose, clean, dialog, go, gone, overflow, says, see, toast } from '../lib/page.mjs'
import { until } from '../lib/until.mjs'
import { dayFromNow, Work } from '../lib/work.mjs'

/** What its verbs ask of PostgreSQL, the promises and the API's tests ask there, too. */
export const only = 'sqlite'

/** Reminders come when their day comes. */
export const demoClock = true

/** Some pages are looked at twice. */
export const patience = 180_000

const button = (scope, name) => scope.getByRole('button', { name, exact: true })
const rule = (page, name) => page.locator('.rule').filter({ has: page.getByRole('heading', { name, exact: true }) })
const fits = async (page, what) => assert.deepEqual(await overflow(page), { beyond: 0, who: [] }, what)

async function rules(page) {
  await go(page, '/rules/reminders')
  await see(page.getByRole('heading', { name: '临近到期' }))
}
/** Asks, and waits for the answer to what is asked now. */
async function tryOut(page) {
  await page.getByRole('button', { name: /^(重新)?试算$/ }).click()
  return says(page.locator('.trial'), /现行规则 \d+ 条 → 新规则 \d+ 条/)
}

/** A task whose handler has been reminded of its day; the system's time is put forward until that is so. */
async function reminded(app, title) {
  const bureau = await app.org.newBureau()
  const work = new Work(app.people.zhouyun)
  const task = await work.active(title, bureau.unit, bureau.head, bureau.handler, { due: { day: dayFromNow(1) }, start_day: dayFromNow(-9) })
  const { movable } = await app.org.admin.get('/demo/clock')
  assert.ok(movable, 'the time of this server can be put forward')
  const mine = async ({ api }) => (await api.get('/messages')).items.filter((one) => one.task_id === task.id && one.occurrence_id)
  const caughtUp = async () => {
    const { due } = await app.org.admin.get('/reminders/state')
    return due === 0
  }
  // Day by day, as it would come; over a weekend it takes longer.
  for (let day = 0; day < 6 && !(await mine(bureau.handler)).length; day++) {
    await app.org.admin.post('/demo/clock', { hours: 24 })
    await until('the system to have caught up', caughtUp, 30_000)
  }
  assert.ok((await mine(bureau.handler)).length, 'the handler was reminded')
  return { ...bureau, work, task, mine }
}

export const tests = {
  async 'the centre changes a rule after a trial, and everybody reads it as a sentence'(app) {
    const page = await app.desk(app.people.zhouyun, { colorScheme: 'light' })
    app.expect({ status: 422, path: /\/reminder-rules\/trials$/ })
    await rules(page)
    await says(rule(page, '临近到期'), '到期前 10 个工作日 09:00 → 经办人 · 站内')
    await says(rule(page, '未按时签收'), '只在紧急程度不是特急时')
    await button(page, '修改规则').click()
    await button(page, '修改“临近到期”').click()
    const form = dialog(page, '修改“临近到期”')
    const first = form.locator('.step').first()
    await first.getByLabel('多久').fill('8')
    await first.getByRole('checkbox', { name: '经办人' }).uncheck()
    await says(first, '到期前 8 个工作日 09:00 → 没有接收人 · 站内')
    await button(form, '完成').click()
    await gone(form)

    // What the server refuses stands at its field.
    await button(page, '试算').click()
    await says(form.locator('.step').first(), '至少选一类接收人')
    await first.getByRole('checkbox', { name: '经办人' }).check()
    await first.getByRole('checkbox', { name: '短信' }).check()
    await button(first, '这一步的条件、自拟内容').click()
    await first.getByLabel('自拟内容').fill('{title} 快到期了')
    await button(form, '完成').click()
    await gone(form)
    await page.getByRole('switch', { name: '启用“亮橙灯”' }).uncheck({ force: true })
    await tryOut(page)
    await says(page.locator('.trial'), /按当时签收、上报、办结的情况推算；不会真的发出/)

    // Nothing is saved without a reason.
    await button(page, '保存').click()
    await says(page.getByRole('alert'), '请填写修改的原因')
    await page.getByLabel(/^修改的原因/).fill('经办人反映提醒太早')
    await button(page, '保存').click()
    await toast(page, '已保存，自')
    await says(rule(page, '临近到期'), '到期前 8 个工作日 09:00 → 经办人 · 站内、短信')
    await says(rule(page, '临近到期'), '自拟内容：{title} 快到期了')
    await says(rule(page, '亮橙灯'), '停用')
    const history = page.locator('.versions')
    // It says which sentence became which, and not only that the rule was changed.
    const [was, is] = ['到期前 10 个工作日 09:00 → 经办人 · 站内', '到期前 8 个工作日 09:00 → 经办人 · 站内、短信 自拟内容：{title} 快到期了']
    await says(history, `修改“临近到期” 原 ${was} 改为 ${is} 停用“亮橙灯” 经办人反映提醒太早 周运`)

    // Whoever does not keep rules reads them; on a narrow window, too.
    const theirs = await app.desk(app.people.chen, { viewport: { width: 375, height: 812 }, colorScheme: 'light' })
    await rules(theirs)
    await says(rule(theirs, '临近到期'), '到期前 8 个工作日 09:00 → 经办人 · 站内、短信')
    assert.equal(await button(theirs, '修改规则').count(), 0)
    await fits(theirs, 'the rules at 375')
    assert.deepEqual(await violations(theirs), [])
  },

  async 'a rule is added with its conditions, and one that another was faster with is not lost'(app) {
    const { api } = app.people.zhouyun
    const page = await app.desk(app.people.admin, { colorScheme: 'light' })
    app.expect({ status: 409, path: /\/reminder-rules$/ })
    await rules(page)
    await button(page, '修改规则').click()
    await button(page, '添加规则').click()
    const form = dialog(page, '修改“新规则”')
    await form.getByLabel(/^名称/).fill('重大任务早提醒')
    const named = dialog(page, '修改“重大任务早提醒”')
    await button(named, '添加条件').first().click()
    await named.getByLabel('什么', { exact: true }).selectOption('days_to_due')
    await named.getByLabel('怎样比').selectOption('at_most')
    await named.getByLabel('数', { exact: true }).fill('15')
    // Of a group one is enough.
    await button(named, '添加“满足任一”组').first().click()
    const group = named.locator('.group')
    await group.getByLabel('什么', { exact: true }).nth(0).selectOption('children')
    await group.getByLabel('什么', { exact: true }).nth(1).selectOption('open_risks')
    await group.getByLabel('数', { exact: true }).nth(0).fill('5')
    await group.getByLabel('数', { exact: true }).nth(1).fill('1')
    await choose(page, '先选单位', '政务运营中心')
    await choose(page, '添加人员', '周运')
    await see(button(named, '去掉周运'))
    assert.deepEqual(await violations(page), [])
    await button(named, '完成').click()
    await gone(named)
    await says(rule(page, '重大任务早提醒'), '只在距到期工作日不多于 15，且（子任务数不少于 5，或者未回应风险数不少于 1）时')
    await says(rule(page, '重大任务早提醒'), '→ 经办人、周运 ·')
    // What was kept of it in a closed tab names whom it names.
    await until('the draft to be kept', () =>
      page.evaluate(() => Object.values(localStorage).some((kept) => kept.includes('重大任务早提醒'))),
    )
    page.on('dialog', (ask) => ask.accept())
    await rules(page)
    await says(rule(page, '重大任务早提醒'), '→ 经办人、周运 ·')
    await tryOut(page)
    await page.getByLabel(/^修改的原因/).fill('会议议定')

    const seen = await api.get('/reminder-rules')
    const others = seen.rules.rules.map((one) => (one.code === 'silent' ? { ...one, enabled: false } : one))
    await api.post('/reminder-rules', { rules: { ...seen.rules, rules: others }, reason: '先停用', version: seen.version })
    await button(page, '保存').click()
    await says(page.locator('.steps').getByRole('alert'), /规则又有改动，这次没有保存.*停用“长期没有进展” 先停用 周运/)
    await tryOut(page)
    await button(page, '保存').click()
    await toast(page, '已保存，自')
    await says(rule(page, '长期没有进展'), '停用')
    await says(rule(page, '重大任务早提醒'), '→ 经办人、周运 ·')
  },

  async 'a default rule that an area lacks can be taken in'(app) {
    const page = await app.desk(app.people.admin, { colorScheme: 'light' })
    await rules(page)
    await button(page, '修改规则').click()
    assert.equal(await page.getByText('默认规则中还有').count(), 0)
    await button(page, '修改“督办单到期未反馈”').click()
    page.on('dialog', (ask) => ask.accept())
    await button(dialog(page), '删除这条规则').click()
    await gone(rule(page, '督办单到期未反馈'))
    await see(button(page, '加入默认规则“督办单到期未反馈”'))
    assert.deepEqual(await violations(page), [])
    await button(page, '加入默认规则“督办单到期未反馈”').click()
    await see(rule(page, '督办单到期未反馈'))
    assert.equal(await page.getByText('默认规则中还有').count(), 0)
    await button(page, '放弃改动').click()
  },

  async 'office hours are changed as the rules are'(app) {
    const page = await app.desk(app.people.zhouyun, { colorScheme: 'light' })
    await rules(page)
    const office = page.getByRole('region', { name: '办公时间' })
    await says(office, '08:30–12:00、13:30–17:30')
    await button(page, '修改规则').click()
    await office.getByLabel('第 2 段从').fill('11:00')
    await says(office.getByRole('alert'), '各段应先后有序、不重叠')
    await office.getByLabel('第 2 段从').fill('14:00')
    await says(page.locator('.changes'), /^办公时间：08:30–12:00、13:30–17:30 → 08:30–12:00、14:00–17:30$/)
    await tryOut(page)
    await page.getByLabel(/^修改的原因/).fill('执行夏季作息')
    await button(page, '保存').click()
    await toast(page, '已保存，自')
    await says(office, '08:30–12:00、14:00–17:30')
    await says(page.locator('.versions'), '→ 08:30–12:00、14:00–17:30 执行夏季作息 周运')
  },

  async 'a handler takes note of a reminder on the phone, and whoever says so again is told that it is done'(app) {
    const { handler, task, work, mine } = await reminded(app, '清淤疏浚河道三公里')
    const [noted] = await mine(handler)
    const { title } = noted
    const page = await app.phone(handler)
    await go(page, '/inbox')
    const entry = page.locator('.entry').filter({ hasText: task.title })
    await says(entry, new RegExp(`提醒 ${title}`))
    await fits(page, 'the inbox at 375')
    const note = entry.getByRole('button', { name: `收到：${task.title}` })
    const box = await note.boundingBox()
    assert.ok(box.height >= 44, `the button is ${box.height} px high`)

    await note.tap()
    await toast(page, '已确认收到')
    await gone(note)
    await until('the ledger to say so', async () => (await work.sentences(task.id)).some((line) => line.startsWith(`${handler.name} 确认收到“`)))
    await page.reload()
    await says(entry, title)
    assert.equal(await note.count(), 0, 'it is not asked for again')

    // Whoever says so once more hears that it is done.
    const again = (await mine(handler)).find((one) => one.id === noted.id)
    assert.ok(again.acked_at, 'the message says that it was acknowledged')
    await assert.rejects(handler.api.post(`/messages/${noted.id}/acknowledgement`), /409.*已有人确认收到/)

    // The task says who took note, and what comes next.
    await go(page, `/tasks/${task.id}`)
    const fold = page.getByRole('region', { name: '提醒', exact: true })
    await fold.getByRole('button', { name: /^提醒/ }).tap()
    await see(fold.getByRole('button', { name: '将要提醒' }))
    await button(fold, '已经提醒').tap()
    await says(fold, new RegExp(`${handler.name} .*在站内确认收到`))
    await button(fold, '外发记录').tap()
    await says(fold, /微信|没有向系统外发送过消息/)
    await fits(page, 'the task at 375')
    const desk = await app.desk(handler)
    await go(desk, `/tasks/${task.id}`)
    const panel = desk.getByRole('region', { name: '提醒', exact: true })
    await panel.getByRole('button', { name: /^提醒/ }).click()
    await button(panel, '已经提醒').click()
    await says(panel, /已提醒 \d+ 人/)
  },

  async 'whether the system keeps its watch is seen at a glance'(app) {
    await reminded(app, '加固堤防两处')
    const page = await app.desk(app.people.admin, { colorScheme: 'light' })
    await go(page, '/watch')
    await says(page.locator('main'), /系统在盯着 \d+ 件任务|系统正在赶/)
    // What came to nothing is counted at a glance, too.
    await says(page.locator('main'), /今天未送达 \d+ 今天未发送 \d+/)
    await says(page.getByRole('region', { name: '通道' }), '还没有配置通道')
    await says(page.getByRole('region', { name: '今天外发' }).first(), /合计|今天还没有外发/)
    const clock = page.getByRole('region', { name: '演示时钟' })
    const before = clean(await clock.innerText())
    await button(clock, '1 小时').click()
    await until('the time to be later', async () => clean(await clock.innerText()) !== before)

    // What was sent, and only some of it; the filter stands in the address.
    const table = page.getByRole('region', { name: '外发记录' })
    await see(table.getByRole('row').nth(1))
    await table.getByLabel('方式').selectOption('voice')
    await at(page, /\/watch\?channel=voice/)
    await says(table, /语音电话|没有符合条件的外发记录/)
    assert.deepEqual(await violations(page), [])

    // A number of today leads to what it counts, and from there to that of all days.
    await page.locator('dl > div').filter({ hasText: '今天未发送' }).getByRole('link').click()
    await at(page, /\/watch\?state=suppressed&counted=\d{4}-\d\d-\d\d/)
    const day = table.getByRole('button', { name: /写成、发出或有结果的$/ })
    await see(day)
    assert.deepEqual(await violations(page), [])
    await day.click()
    await gone(day)
    await at(page, /\/watch\?state=suppressed$/)

    const leader = await app.desk(app.people.wang, { viewport: { width: 375, height: 812 } })
    await go(leader, '/watch')
    await says(leader.locator('main'), '发送时间和上限')
    await fits(leader, 'the watch at 375')
    assert.equal(await leader.getByRole('region', { name: '演示时钟' }).count(), 0)
    const outsider = await app.desk(app.people.chen)
    await go(outsider, '/watch')
    await says(outsider.locator('main'), '没有这一页')
  },

  async 'a trial of a month that had late tasks says what they would have cost, and what that assumes'(app) {
    const { admin } = app.org
    await reminded(app, '修缮排水管网一处')
    // Until the month before this one has days on which it was late, of which short messages are sent.
    await admin.post('/demo/clock', { hours: 45 * 24 })
    await until('the system to have caught up', async () => (await admin.get('/reminders/state')).due === 0, 60_000)
    const page = await app.desk(app.people.zhouyun, { colorScheme: 'light' })
    await rules(page)
    await button(page, '修改规则').click()
    await page.getByRole('switch', { name: '启用“节点到期”' }).uncheck({ force: true })
    await tryOut(page)
    await says(page.locator('.trial'), /费用（元）：[\d.]+ → [\d.]+.*每条按一条计费.*没有算合并和每日上限/)
    await says(page.locator('.trial'), /试算 \d{4}-\d\d-01 至 \d{4}-\d\d-\d\d.*按天.*新增的.*减少的/)
  },
}
