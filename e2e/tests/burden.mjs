import assert from 'node:assert/strict'
import { violations } from '../lib/axe.mjs'
import { at, choose, dialog, go, gone, overflow, says, see, toast } from '../lib/page.mjs'
import { dayFromNow, Work } from '../lib/work.mjs'

/** What its verbs ask of PostgreSQL, the promises and the API's tests ask there, too. */
export const only = 'sqlite'

const ASKED = '报送优化营商环境工作进展情况'
const button = (scope, name) => scope.getByRole('button', { name, exact: true })
const fits = async (page, what) => assert.deepEqual(await overflow(page), { beyond: 0, who: [] }, what)
const bar = (page) => page.getByRole('region', { name: '现在要做的' })
const weekly = { report_rule: { kind: 'weekly', day: 3 } }

/** An action in the menu beside the duty. */
async function more(page, item) {
  await bar(page).getByRole('button', { name: '更多' }).click()
  await page.locator('.pop').getByRole('button', { name: item, exact: true }).click()
}

/** The limit on reports, so low that any rule is over it. */
async function oneReportAWeek(app) {
  const { rules, version } = await app.people.zhouyun.api.get('/burden-rules')
  if (rules.reports_a_week === 1) return
  await app.people.zhouyun.api.post('/burden-rules', { rules: { ...rules, reports_a_week: 1 }, reason: '试行', version })
}

export const tests = {
  async 'whoever sets a task is told of one like it and of what its handler would owe, and may go on'(app) {
    await oneReportAWeek(app)
    const { unit, head, handler } = await app.org.newBureau()
    const work = new Work(app.people.zhouyun)
    const first = await work.active(ASKED, unit, head, handler, weekly)
    const page = await app.desk(app.people.zhouyun)
    await go(page, '/tasks/new')
    await page.getByLabel(/^任务名称/).fill('上报优化营商环境工作情况')
    await choose(page, '牵头单位', unit.short_name, unit.name)
    const note = page.locator('.notice--warn').filter({ hasText: '相近的任务' })
    await says(note, `政务运营中心已向${unit.name}布置过相近任务`)
    await note.getByText(/^相似度 \d+%$/).click()
    await says(note, '优化营商环境工作、情况')
    assert.match(await note.getByRole('link', { name: ASKED }).getAttribute('href'), new RegExp(first.id))
    await fits(page, 'the form with its notes')

    // What is asked for on the spot is foreseen, too.
    await go(page, `/tasks/${first.id}`)
    await more(page, '要求上报')
    const ask = dialog(page, '要求上报')
    await ask.getByRole('button', { name: /^\+5/ }).click()
    await says(ask, /上报负担/)
    await says(ask, handler.name)
  },

  async 'rows of a ledger that are like what a unit was asked before say so, and one of them is left out'(app) {
    const { unit, head, handler } = await app.org.newBureau()
    const first = await new Work(app.people.zhouyun).active(ASKED, unit, head, handler)
    const page = await app.desk(app.people.zhouyun, { colorScheme: 'light' })
    await go(page, '/import')
    const csv = `任务,牵头单位\n上报优化营商环境工作情况,${unit.name}\n修复滨海大道路面,${unit.name}\n`
    await page.locator('input[type=file]').setInputFiles({ name: '分工.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) })
    await see(page.getByLabel('任务名称'))
    await button(page, '下一步').click()
    await see(page.getByText(/台账中的 \d+ 个单位/))
    await button(page, '下一步').click()
    const main = page.locator('main')
    await says(main, `政务运营中心已向${unit.name}布置过相近任务`)
    await says(main, '1 行与正在办理的任务相近')
    assert.match(await main.getByRole('link', { name: ASKED }).getAttribute('href'), new RegExp(first.id))
    await fits(page, 'every row with what it is like')
    assert.deepEqual(await violations(page), [])
    await button(page, '第 2 行不导入').click()
    await says(main, '将建立 1 项任务')
    await says(main, '这一行不导入')
    await gone(main.getByText('布置过相近任务'))
    await button(page, '恢复导入第 2 行').click()
    await says(main, '将建立 2 项任务')
    await says(main, '布置过相近任务')
    await button(page, '第 2 行不导入').click()
    await says(main, '将建立 1 项任务')
    await page.getByRole('checkbox', { name: /不涉及国家秘密/ }).check()
    await button(page, '存为草稿').click()
    await says(main, '已建立 1 项任务草稿')
  },

  async 'the page of the burden says what makes it up, and its limits are changed with a reason'(app) {
    const { unit, head, handler } = await app.org.newBureau()
    const work = new Work(app.people.zhouyun)
    await work.active('每周报一次的事', unit, head, handler, weekly)
    const page = await app.desk(handler)
    await go(page, '/burden')
    await see(page.getByRole('heading', { name: '减负护栏', level: 1 }))
    await says(page.locator('table').first(), '每周报一次的事')
    await fits(page, 'one’s own burden')
    const centre = await app.desk(app.people.zhouyun)
    await go(centre, '/burden')
    await button(centre, '单位').click()
    await choose(centre, '单位', unit.short_name, unit.name)
    await says(centre.locator('table').first(), handler.name)
    await centre.locator('main').getByRole('link', { name: '减负上限' }).click()
    await at(centre, '/rules/burden')
    const limits = centre.getByRole('region', { name: '每人每周' })
    await says(limits, '一个人一周收到的消息超过 50 条，提示超上限')
    await button(centre, '修改规则').click()
    await centre.getByLabel('每人每周消息上限').fill('0')
    await says(limits, '应为 1 至 1000 的整数')
    assert.ok(await button(centre, '保存').isDisabled())
    await centre.getByLabel('每人每周消息上限').fill('40')
    await says(centre.locator('.changes'), '每人每周消息上限：50 条 → 40 条')
    await button(centre, '保存').click()
    await says(centre.getByRole('alert').first(), '请填写修改的原因')
    await centre.getByLabel(/^修改的原因/).fill('按减负要求')
    assert.deepEqual(await violations(centre), [])
    await fits(centre, 'the limits')
    await button(centre, '保存').click()
    await toast(centre, '已保存，自')
    await says(limits, /超过 40 条，提示超上限 默认 50 条/)
    await go(centre, '/burden')
    await says(centre.locator('main'), '上限 40')

    // The administrator keeps them, too; the way there is among the rules.
    const admin = await app.desk(app.people.admin)
    await go(admin, '/rules')
    await admin.locator('main').getByRole('link', { name: '减负上限' }).click()
    await see(button(admin, '修改规则'))

    const phone = await app.phone(handler)
    await go(phone, '/me')
    await phone.getByRole('link', { name: '减负护栏' }).click()
    await says(phone.locator('main'), '每周报一次的事')
    await fits(phone, 'the burden on the phone')
  },

  async 'the statement is read, printed and taken along'(app) {
    const page = await app.desk(app.people.wang)
    await go(page, '/burden/statement')
    await says(page.locator('article'), '系统不做的事和怎样保证')
    await says(page.locator('article'), '国办函〔2026〕12号')
    await page.getByLabel('结束日期').fill(dayFromNow(0))
    await says(page.locator('article'), dayFromNow(0))
    await fits(page, 'the statement')
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV' }).click()])
    assert.match(file.suggestedFilename(), /^减负情况说明.*\.csv$/)
    await page.emulateMedia({ media: 'print' })
    await says(page.locator('article'), '不统计登录次数')
    assert.equal(await page.getByRole('button', { name: 'CSV' }).isVisible(), false)
  },

  async 'on the phone the same is told before a task goes out'(app) {
    await oneReportAWeek(app)
    const { unit, head, handler } = await app.org.newBureau()
    const work = new Work(app.people.zhouyun)
    const task = await work.active('在手机上要求上报', unit, head, handler, weekly)
    const page = await app.phone(app.people.zhouyun)
    await go(page, `/tasks/${task.id}/act/ask_report`)
    await page.getByRole('button', { name: /^\+5/ }).tap()
    await says(page.locator('main'), /上报负担/)
    await fits(page, 'asking on the phone')
  },
}
