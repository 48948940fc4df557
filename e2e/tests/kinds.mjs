import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { violations } from '../lib/axe.mjs'
import { at, choose, clean, count, dialog, go, gone, overflow, says, see, toast } from '../lib/page.mjs'
import { act, pick, press } from '../lib/thumb.mjs'
import { until } from '../lib/until.mjs'
import { dayFromNow, Work } from '../lib/work.mjs'

/** What its verbs ask of PostgreSQL, the promises and the API's tests ask there, too. */
export const only = 'sqlite'

/** Some tests look at many pages twice. */
export const patience = 180_000

const year = dayFromNow(0).slice(0, 4)
const button = (scope, name) => scope.getByRole('button', { name, exact: true })
const centre = (app) => app.desk(app.people.zhouyun, { colorScheme: 'light', acceptDownloads: true })
const kindOf = async (app, code) => (await app.people.zhouyun.api.get('/source-kinds?all=true')).items.find((kind) => kind.code === code)
/** Each test has a kind of its own. */
async function define(app, name, fields, more = {}) {
  return app.people.zhouyun.api.post('/source-kinds', { name, retention: 'ten_years', active: true, fields, ...more })
}
const FIELDS = [
  { name: '提案号', shape: 'text', code: 'no', required: true },
  { name: '界别', shape: 'choice', code: 'party', choices: ['民盟', '农工党'] },
  { name: '涉及领域', shape: 'choices', code: 'areas', choices: ['教育', '交通'] },
  { name: '所需资金', shape: 'number', code: 'money', measure: '万元' },
  { name: '答复日期', shape: 'day', code: 'answered' },
  { name: '委员满意', shape: 'yes_no', code: 'content' },
]
const rows = (page) => page.locator('table.tasks tbody tr')
async function openKind(page, name) {
  await go(page, '/kinds')
  await page.getByRole('listitem').getByRole('button', { name: new RegExp(`^${name}`) }).click()
  await see(page.getByRole('form', { name }))
  return page.getByRole('form', { name })
}
const tag = (work, task, tags) => work.issuer.api.put(`/tasks/${task.id}/tags`, { version: task.version, tags })

export const tests = {
  async 'the centre defines what a kind asks for and how it is numbered, and sets a task that says it'(app) {
    const { unit } = await app.org.newBureau()
    const page = await centre(app)
    const form = await openKind(page, '建议提案')
    const numbering = form.getByLabel('编号规则')
    await says(form, /通用规则，如：\d{4}-0001/)
    // A pattern that is half written is no pattern yet.
    app.expect({ status: 422 })
    await numbering.fill('提案〔')
    await says(form.getByRole('alert'), '编号规则里要有序号')
    await numbering.press('End')
    await form.getByRole('button', { name: /^年/ }).click()
    await page.keyboard.type('〕')
    await form.getByRole('button', { name: /^序号/ }).click()
    await page.keyboard.type('号')
    assert.equal(await numbering.inputValue(), '提案〔{year}〕{seq}号')
    await says(form, `示例：提案〔${year}〕1号`)
    for (const [n, name, shape] of [[1, '提案号', 'text'], [2, '界别', 'choice'], [3, '所需资金', 'number']]) {
      await button(form, '添加字段').click()
      await form.getByLabel(`第 ${n} 个字段的名称`).fill(name)
      await form.getByLabel(`${name}：类型`).selectOption(shape)
    }
    await form.getByLabel('必填').first().check()
    await form.getByLabel('所需资金：计量单位').fill('万元')
    await button(form, '保存').click()
    await says(form, '应有 1 至 100 个选项')
    await form.getByLabel('选项，一行一个').fill('民盟\n农工党')
    // The keyboard moves a field, and goes with it.
    await button(form, '上移 所需资金').press('Enter')
    assert.equal(await form.getByLabel('第 2 个字段的名称').inputValue(), '所需资金')
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), '上移 所需资金')
    assert.deepEqual(await violations(page), [])
    await button(form, '保存').click()
    await toast(page, '已保存“建议提案”')
    const { fields } = await kindOf(app, 'motion_proposal')
    assert.deepEqual(fields.map((field) => [field.name, field.shape, field.required]), [
      ['提案号', 'text', true],
      ['所需资金', 'number', false],
      ['界别', 'choice', false],
    ])

    await page.getByRole('link', { name: '新建任务' }).click()
    await page.getByLabel(/^任务名称/).fill('增设公交线路')
    await choose(page, /^牵头单位/, unit.name)
    await page.getByLabel(/^时限/).fill('年底前')
    const more = page.getByRole('button', { name: /^更多：/ })
    await more.click()
    const source = page.getByLabel('来源', { exact: true })
    await source.selectOption({ label: '建议提案' })
    await page.getByLabel('界别').selectOption('民盟')
    // What was typed is there again when the kind is changed back.
    await source.selectOption({ label: '其他' })
    await gone(page.getByLabel('界别'))
    await source.selectOption({ label: '建议提案' })
    assert.equal(await page.getByLabel('界别').inputValue(), '民盟')
    const tags = page.getByLabel('标签', { exact: true })
    await tags.fill('市长关注')
    await tags.press('Enter')
    // What a task does not go out without is asked for though the rest is folded.
    await more.click()
    await see(page.getByLabel(/^提案号/))
    await page.getByLabel(/不涉及国家秘密/).check()
    await button(page, '交办').click()
    await says(page.getByRole('alert').first(), '请填写提案号')
    await page.getByLabel('所需资金（万元）').fill('很多')
    await page.getByLabel(/^提案号/).fill('12')
    await button(page, '交办').click()
    await says(page.getByRole('alert').first(), '应为数字')
    await page.getByLabel('所需资金（万元）').fill('1,200.5')
    await button(page, '交办').click()
    await at(page, /^\/tasks\/[0-9a-f-]{36}$/)
    await says(page.locator('.path'), `提案〔${year}〕1号`)
    const facts = page.locator('.facts dl')
    await says(facts, /提案号 12 所需资金 1200.5万元 界别 民盟/)
    await page.getByRole('link', { name: /市长关注/ }).click()
    await at(page, /^\/tasks\?tag=/)
    await says(page.locator('.page__head'), '标签含市长关注的任务')
    await count(rows(page), 1)
  },

  async 'a list of one kind is asked for its fields, shows them, adds them up and is exported with them'(app) {
    const work = new Work(app.people.zhouyun)
    const { unit } = await app.org.newBureau()
    const kind = await define(app, '清单提案', FIELDS)
    for (const [title, fields] of [
      ['增设公交', { no: '12', party: '民盟', areas: ['交通'], money: 120.5, answered: '2026-03-02', content: true }],
      ['新建小学', { no: '13', party: '农工党', areas: ['教育', '交通'], money: 8000 }],
      ['清理河道', { no: '113', party: '民盟', answered: '2026-05-20', content: false }],
    ])
      await work.dispatched(title, unit, { source_kind: kind.code, fields, due: { day: dayFromNow(30) } })
    const page = await centre(app)
    await go(page, '/tasks')
    await button(page, '添加条件').click()
    await button(page, '任务来源').click()
    await page.getByLabel('清单提案').check()
    await page.keyboard.press('Escape')
    await count(rows(page), 3)
    const ask = async (name) => {
      await button(page, '添加条件').click()
      await button(page, name).click()
    }
    await ask('界别')
    await page.getByRole('group', { name: '界别' }).getByLabel('民盟').check()
    await page.keyboard.press('Escape')
    await count(rows(page), 2)
    await ask('所需资金')
    const span = page.getByRole('group', { name: '所需资金' })
    await span.getByLabel('从').fill('100')
    await span.getByLabel('从').press('Tab')
    await count(rows(page), 1)
    await page.keyboard.press('Escape')
    await says(page.locator('.page__head'), '来自清单提案、界别为“民盟”、所需资金 100 万元以上的任务')
    await at(page, new RegExp(`fields=party:${encodeURIComponent('民盟')};money:100..`))
    await page.getByRole('button', { name: /^移除 所需资金/ }).click()
    await page.getByRole('button', { name: /^移除 界别/ }).click()
    await ask('提案号')
    await page.getByLabel('提案号包含').fill('13')
    await page.getByLabel('提案号包含').press('Enter')
    await count(rows(page), 2)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: /^移除 提案号/ }).click()
    await count(rows(page), 3)

    await button(page, '选择要显示的列').click()
    for (const name of ['所需资金', '界别', '标签']) await page.locator('.pop').getByLabel(name, { exact: true }).check()
    await page.keyboard.press('Escape')
    await says(page.locator('table.tasks thead'), /标签 界别 所需资金（万元）/)
    await says(rows(page).filter({ hasText: '新建小学' }), /农工党 8,000/)

    await button(page, '导出').click()
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /^CSV 显示的列/ }).click()])
    const path = join(app.out, 'kinds.csv')
    await file.saveAs(path)
    const csv = await readFile(path, 'utf8')
    assert.match(csv.split('\n')[0], /标签,界别,所需资金（万元）/)
    assert.match(csv, /新建小学,.*农工党,8000/)

    await page.getByRole('button', { name: /^字段统计/ }).click()
    const figures = page.getByRole('region', { name: '字段统计' })
    await says(figures, /所需资金 2 件填写 合计 8,120.5 ?万元 平均 4,060.25 ?万元 最小 120.5 ?万元 最大 8,000 ?万元/)
    await says(figures, /界别 3 件填写 民盟 民盟 2 农工党 农工党 1/)
    await says(figures, /答复日期 2 件填写 2026-03 2026-03 1 2026-05 2026-05 1/)
    assert.deepEqual(await violations(page), [])
    for (const [field, link, found] of [
      ['所需资金', '8,120.5', ['新建小学', '增设公交']],
      ['涉及领域', '交通 2', ['新建小学', '增设公交']],
      ['答复日期', '2026-03 1', ['增设公交']],
      ['委员满意', '否 1', ['清理河道']],
    ]) {
      await figures.getByRole('region', { name: field }).getByRole('link', { name: link, exact: true }).click()
      await count(rows(page), found.length)
      const titles = await rows(page).locator('.c-title a').allInnerTexts()
      assert.deepEqual(titles.map(clean).sort(), found.sort(), field)
      await page.getByRole('button', { name: new RegExp(`^移除 ${field}`) }).click()
      await count(rows(page), 3)
    }
    // Without the kind there are no fields to show.
    await page.getByRole('button', { name: '移除 来自清单提案' }).click()
    await gone(figures)
    await says(page.locator('table.tasks thead'), /标签$/)
  },

  async 'whoever saves a kind second learns what the first did, and keeps what was typed'(app) {
    const kind = await define(app, '两人同改', FIELDS)
    const { admin } = app.people
    const page = await centre(app)
    const form = await openKind(page, '两人同改')
    await form.getByLabel('编号规则').fill('我的{seq}号')
    await form.getByLabel('第 1 个字段的名称').fill('我的提案号')
    const theirs = kind.fields.map((field) => (field.code === 'party' ? { ...field, choices: ['民盟', '致公党'] } : field))
    await admin.api.put(`/source-kinds/${kind.code}?version=${kind.version}`, {
      name: '两人同改', retention: 'permanent', active: true, numbering: null,
      fields: [...theirs, { name: '他加的', shape: 'text' }],
    })
    app.expect({ status: 409 })
    await button(form, '保存').click()
    const told = form.getByRole('alert').first()
    await says(told, '又有人改了这种来源，这次没有保存')
    await says(told, '保管期限有变；修改字段“界别”；新增字段“他加的”')
    assert.equal(await form.getByLabel('编号规则').inputValue(), '我的{seq}号')
    assert.equal(await form.getByLabel('第 1 个字段的名称').inputValue(), '我的提案号')
    assert.equal(await form.getByLabel('选项，一行一个').first().inputValue(), '民盟\n致公党')
    assert.equal(await form.getByLabel('第 7 个字段的名称').inputValue(), '他加的')
    await button(form, '保存').click()
    await toast(page, '已保存“两人同改”')
    const now = await kindOf(app, kind.code)
    assert.deepEqual([now.numbering, now.retention, now.fields.length], ['我的{seq}号', 'permanent', 7])
    // What was not saved is there again in a closed tab.
    await form.getByLabel(/^名称/).fill('还没想好')
    await until('the change to be kept', () =>
      page.evaluate(() => Object.keys(localStorage).some((key) => key.startsWith('sbc.kinds.') && localStorage[key].includes('还没想好'))),
    )
    page.on('dialog', (ask) => ask.accept())
    await go(page, '/kinds')
    await says(page.getByRole('form'), '已恢复上次没有保存的改动')
    assert.equal(await page.getByRole('form').getByLabel(/^名称/).inputValue(), '还没想好')
    await button(page, '放弃改动').click()
    assert.equal(await page.getByRole('form').getByLabel(/^名称/).inputValue(), '两人同改')
  },

  async 'a field that tasks have filled in keeps its type, and goes out of use instead of going'(app) {
    const work = new Work(app.people.zhouyun)
    const kind = await define(app, '已有填写', FIELDS)
    const task = await work.draft('修路', app.units.bureau, { source_kind: kind.code, fields: { no: '7', money: 5 } })
    const page = await centre(app)
    const form = await openKind(page, '已有填写')
    await form.getByLabel('所需资金：类型').selectOption('text')
    app.expect({ status: 422 })
    await button(form, '保存').click()
    await says(form, /已有 1 项任务填写了“所需资金”，不能改变类型/)
    assert.ok(await form.getByLabel('所需资金：类型').isDisabled())
    assert.equal(await form.getByLabel('所需资金：类型').inputValue(), 'number')
    await button(form, '移除 所需资金').click()
    await button(form, '移除 委员满意').click()
    await button(form, '保存').click()
    await toast(page, '已保存“已有填写”')
    assert.deepEqual((await kindOf(app, kind.code)).fields.map((field) => [field.name, field.active]).slice(-2), [
      ['答复日期', true],
      ['所需资金', false],
    ])
    await go(page, `/tasks/${task.id}`)
    await says(page.locator('.facts dl'), '所需资金 5万元')
    // Out of use: not for new tasks, still on those that are there.
    await openKind(page, '已有填写')
    await page.getByLabel('在用，新建任务时可以选').uncheck()
    await button(page.getByRole('form'), '保存').click()
    await toast(page, '已保存“已有填写”')
    await go(page, `/tasks/${task.id}/edit`)
    const source = page.getByLabel('来源', { exact: true })
    await until('the kind of the task', async () => (await source.inputValue()) === kind.code)
    await go(page, '/tasks/new')
    await page.getByRole('button', { name: /^更多：/ }).click()
    await says(source, '领导批示')
    assert.ok(!clean(await source.innerText()).includes('已有填写'))
  },

  async 'kinds are put in order by the keyboard, and closed to who does not keep them'(app) {
    const page = await centre(app)
    await go(page, '/kinds')
    const names = async () => (await app.people.zhouyun.api.get('/source-kinds')).items.map((kind) => kind.name)
    const [first, second] = await names()
    await button(page, `下移 ${first}`).press('Enter')
    await until('the order', async () => (await names())[0] === second)
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), `下移 ${first}`)
    const head = await app.desk(app.people.zheng)
    await go(head, '/kinds')
    await says(head.locator('main'), '没有这一页')
    assert.equal(await head.getByRole('link', { name: '任务来源' }).count(), 0)
  },

  async 'tags are set on a task, by whoever may, and a conflict keeps what was chosen'(app) {
    const work = new Work(app.people.zhouyun)
    const { unit, head } = await app.org.newBureau()
    const task = await work.dispatched('加标签的任务', unit)
    await tag(work, await work.dispatched('别的任务', unit), ['民生实事'])
    const page = await centre(app)
    await go(page, `/tasks/${task.id}`)
    await page.locator('.duty').getByRole('button', { name: '更多' }).click()
    await button(page, '设置标签').click()
    const form = dialog(page, '设置标签')
    await form.getByRole('button', { name: /民生实事$/ }).click()
    await form.getByLabel('标签', { exact: true }).fill('提速')
    await form.getByLabel('标签', { exact: true }).press('Enter')
    const { task: now } = await work.detail(task.id)
    await tag(work, now, ['别人的'])
    app.expect({ status: 409 })
    await button(form, '保存').click()
    await see(page.getByText('标签改为：别人的').last())
    await button(page, '载入最新内容，继续填写').click()
    await says(form, /民生实事.*提速/)
    assert.deepEqual(await violations(page), [])
    await button(form, '保存').click()
    await toast(page, '标签已设置')
    await see(page.locator('.head').getByRole('link', { name: /提速/ }))
    assert.deepEqual([...(await work.detail(task.id)).task.tags].sort(), ['提速', '民生实事'].sort())

    const theirs = await app.desk(head)
    await go(theirs, `/tasks/${task.id}`)
    await see(theirs.locator('.head').getByRole('link', { name: /提速/ }))
    assert.ok(!(await head.api.get(`/tasks/${task.id}`)).can.includes('tag'))
    // A unit takes what is there and brings in nothing new.
    await go(theirs, '/tasks/new')
    await theirs.getByRole('button', { name: /^更多：/ }).click()
    const field = theirs.getByLabel('标签', { exact: true })
    await field.fill('我的词')
    await field.press('Enter')
    await says(theirs.getByRole('alert'), '没有标签“我的词”')
    await field.fill('提速')
    await field.press('Enter')
    await see(theirs.getByRole('button', { name: '移除 提速' }))
  },

  async 'tags are renamed, put together and retired'(app) {
    const work = new Work(app.people.zhouyun)
    const { unit } = await app.org.newBureau()
    await tag(work, await work.dispatched('一', unit), ['惠民', '惠民工程'])
    await tag(work, await work.dispatched('二', unit), ['惠民工程'])
    const page = await centre(app)
    await go(page, '/kinds?tab=tags')
    const row = (name) => page.getByRole('listitem').filter({ has: page.getByTitle(name, { exact: true }) })
    await says(row('惠民工程'), '2 件')
    await button(row('惠民工程'), '标签“惠民工程”改名').click()
    const form = dialog(page, '改名')
    await form.getByLabel(/^标签/).fill('惠 民')
    await says(form, '已有标签“惠民”。确定后，“惠民工程”的 2 件任务改用“惠民”')
    await button(form, '并入').click()
    await toast(page, '已并入“惠民”')
    await count(row('惠民工程'), 0)
    await says(row('惠民'), '2 件')
    await button(row('惠民'), '停用标签“惠民”').click()
    await toast(page, '已停用标签“惠民”')
    await says(row('惠民'), '停用')
    assert.deepEqual(await violations(page), [])
    // Somebody else renames it meanwhile: said, and what was typed stays.
    await button(row('惠民'), '标签“惠民”改名').click()
    const again = dialog(page, '改名')
    await again.getByLabel(/^标签/).fill('惠民实事')
    const now = (await app.people.admin.api.get('/tags')).items.find((one) => one.name === '惠民')
    await app.people.admin.api.put(`/tags/${now.id}`, { version: now.version, name: '惠民了', retired: true })
    app.expect({ status: 409 })
    await button(again, '保存').click()
    await see(again.getByRole('alert'))
    assert.equal(await again.getByLabel(/^标签/).inputValue(), '惠民实事')
    await button(again, '保存').click()
    await toast(page, '标签已改名')
    await row('惠民实事').getByRole('link', { name: '2 件' }).click()
    await count(rows(page), 2)
  },

  async 'many tasks get a tag at once'(app) {
    const work = new Work(app.people.zhouyun)
    const { unit } = await app.org.newBureau()
    for (const title of ['批量甲', '批量乙']) await work.dispatched(title, unit)
    const page = await centre(app)
    await go(page, `/tasks?unit_id=${unit.id}`)
    await count(rows(page), 2)
    await page.getByLabel('选择已显示的全部任务').check()
    const bar = page.getByRole('region', { name: '批量处理' })
    const [more, own] = [bar.getByRole('button', { name: '更多' }), button(bar, '加标签')]
    if (!(await own.isVisible())) await more.click()
    await own.click()
    const form = dialog(page, '加标签')
    await button(form, '加标签').click()
    await says(form.getByRole('alert'), '请填写标签')
    await form.getByLabel(/^标签/).fill('批量标签')
    await button(form, '加标签').click()
    await says(dialog(page), '办理完毕：2 件已办')
    await go(page, `/tasks?tag=${encodeURIComponent('批量标签')}`)
    await count(rows(page), 2)
  },

  async 'a ledger brings fields and tags along'(app) {
    const { unit } = await app.org.newBureau()
    await define(app, '台账提案', FIELDS)
    const csv = `任务,牵头单位,时限,提案号,党派,所需资金（万元）,标签\n台账公交,${unit.name},年底前,21,民盟,"1,200",台账标签\n台账小学,${unit.name},年底前,,农工党,很多,\n`
    const page = await centre(app)
    await go(page, '/import')
    await page.locator('input[type=file]').setInputFiles({ name: '提案.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) })
    await page.getByLabel('任务来源').selectOption({ label: '台账提案' })
    const own = page.getByRole('region', { name: '“台账提案”的字段' })
    // Headings that are called as a field is are taken, the others are chosen.
    assert.equal(await own.getByLabel(/^提案号/).inputValue(), '提案号')
    assert.equal(await own.getByLabel(/^所需资金/).inputValue(), '所需资金（万元）')
    await own.getByLabel(/^界别/).selectOption('党派')
    await page.getByLabel('标签', { exact: true }).selectOption('标签')
    assert.deepEqual(await violations(page), [])
    await button(page, '下一步').click()
    await button(page, '下一步').click()
    await says(page.locator('table'), /没有填写“提案号”.*所需资金：应为数字/)
    await see(button(page, '对应列').last())
  },

  async 'what an older page has kept of a form still opens'(app) {
    const page = await centre(app)
    await go(page, '/tasks')
    await page.evaluate((id) => {
      localStorage.setItem(`sbc.task.${id}`, JSON.stringify({ title: '旧草稿里的任务', lead: '', due_text: '', demand: '', co: [], files: [], source_document: '' }))
    }, app.people.zhouyun.id)
    await go(page, '/tasks/new')
    assert.equal(await page.getByLabel(/^任务名称/).inputValue(), '旧草稿里的任务')
    await see(page.getByLabel('标签', { exact: true }))
    await button(page, '存为草稿').click()
    await at(page, /^\/tasks\/[0-9a-f-]{36}$/)
  },

  async 'a task with fields and tags is set by the phone'(app) {
    const { unit } = await app.org.newBureau()
    const kind = await define(app, '手机提案', FIELDS)
    const page = await app.phone(app.people.zhouyun, { colorScheme: 'light' })
    await go(page, '/tasks/new')
    await page.getByLabel(/^任务名称/).fill('手机上的提案')
    await pick(page, '牵头单位', unit.name)
    await page.getByLabel('时限', { exact: true }).fill('年底前')
    const more = page.getByRole('button', { name: /^任务要求、配合单位/ })
    await more.tap()
    await page.getByLabel('来源', { exact: true }).selectOption(kind.code)
    await more.tap()
    await page.getByLabel(/不涉及国家秘密/).check()
    await press(page, '交办')
    await says(page.getByRole('alert').first(), '请填写提案号')
    await page.getByLabel(/^提案号/).fill('31')
    await page.getByLabel('教育').check()
    await page.getByLabel('交通').check()
    await page.getByRole('group', { name: /^委员满意/ }).getByLabel('是').check()
    await more.tap()
    assert.equal(await page.getByLabel(/^提案号/).inputValue(), '31')
    await page.getByLabel('标签', { exact: true }).fill('手机标签')
    await page.getByLabel('标签', { exact: true }).press('Enter')
    assert.equal((await overflow(page)).beyond, 0)
    assert.deepEqual(await violations(page), [])
    await press(page, '交办')
    await at(page, /^\/m\/tasks\/[0-9a-f-]{36}$/)
    await says(page.locator('main, article').last(), /提案号 31 涉及领域 教育、交通 委员满意 是/)
    // Another tag, then the list of all that carry it.
    await act(page, '设置标签')
    await page.getByLabel('标签', { exact: true }).fill('第二个')
    await page.getByLabel('标签', { exact: true }).press('Enter')
    await press(page, '保存')
    await toast(page, '标签已设置')
    assert.equal((await overflow(page)).beyond, 0)
    await page.getByRole('link', { name: /第二个/ }).tap()
    await says(page.locator('.sentence'), '标签含第二个的任务 1 件')
    await page.getByRole('button', { name: /^标签/ }).tap()
    const sheet = page.getByRole('dialog', { name: '标签' })
    await sheet.getByLabel(/手机标签/).check()
    await says(page.locator('.sentence'), '标签含第二个或手机标签的任务')
    assert.deepEqual(await violations(page), [])
  },

  async 'the pages of kinds fit a narrow window'(app) {
    const kind = await define(app, '窄窗口', FIELDS, { numbering: '窄〔{year}〕{seq}号' })
    const page = await app.desk(app.people.zhouyun, { viewport: { width: 375, height: 812 }, colorScheme: 'light' })
    for (const path of [`/kinds?kind=${kind.code}`, '/kinds?tab=tags', `/tasks?source_kind=${kind.code}`]) {
      await go(page, path)
      await see(page.locator('h1'))
      if (path.startsWith('/tasks')) await page.getByRole('button', { name: /^字段统计/ }).click()
      assert.deepEqual(await violations(page), [])
      assert.deepEqual((await overflow(page)).who, [])
    }
  },
}
