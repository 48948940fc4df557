import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { at, clean, count, dialog, go, gone, mark, overflow, says, see, signInAs, toast } from '../lib/page.mjs'
import { photo } from '../lib/photo.mjs'
import { act, pick, press, slide } from '../lib/thumb.mjs'
import { until } from '../lib/until.mjs'
import { inOrder, Work } from '../lib/work.mjs'

/** The whole story of a task, several people, two documents. */
export const patience = 240_000

const REAL = resolve(import.meta.dirname, '../../../shared/data/real_ledger.csv')
const OWN = join(import.meta.dirname, '../fixtures/ledger.csv')
const stream = (page) => page.getByRole('region', { name: '办理过程' })
const unitLine = (page, name) => page.locator('.line').filter({ has: page.getByTitle(name, { exact: true }) })

/** The centre signs in, takes in a ledger step by step and hands all of it out. */
async function importLedger(app, { file, items, documents, unknown }) {
  const page = await app.desk()
  await go(page, '/')
  await signInAs(page, app.people.zhouyun.login, app.people.zhouyun.password)
  await at(page, '/')
  await page.getByRole('navigation', { name: '主导航' }).getByRole('link', { name: '台账导入' }).click()
  await at(page, '/import')
  await page.locator('input[type=file]').setInputFiles(file)

  // The columns are found by their headings; a sample stands beside each.
  const column = (field) => page.getByLabel(field, { exact: true }).or(page.getByLabel(`${field} *`, { exact: true }))
  for (const [field, heading] of [['任务名称', '任务内容'], ['归入（大项）', '来源文件'], ['条款', '条款'], ['牵头单位', '牵头单位'], ['配合单位', '配合单位'], ['时限', '时限表述']])
    assert.equal(await column(field).inputValue(), heading, field)
  await says(page.locator('main'), `共 ${items} 行`)
  await column('牵头单位').selectOption({ label: '没有这一列' })
  await says(page.getByRole('alert'), '请指出哪一列是牵头单位')
  assert.ok(await page.getByRole('button', { name: '下一步' }).isDisabled())
  await column('牵头单位').selectOption('牵头单位')
  await page.getByLabel(/^没写时限的按/).fill('年底前')
  await page.getByLabel(/第一个单位算牵头/).check()
  await page.getByRole('button', { name: '下一步' }).click()

  // Every unit of the ledger is found, made or left out.
  await says(page.locator('main'), /台账中的 \d+ 个单位/)
  const [ignored, made] = unknown
  await unitLine(page, ignored).getByRole('button', { name: '忽略' }).click()
  await unitLine(page, made).getByRole('button', { name: '新建' }).click()
  await see(unitLine(page, made).getByText('将新建单位'))
  const rest = page.getByRole('button', { name: /^这 \d+ 个全部新建$/ })
  if (await rest.count()) await rest.click()
  await page.getByRole('button', { name: '下一步' }).click()

  // Every row as the task it will become.
  await says(page.locator('main'), `将建立 ${items} 项任务`)
  await page.getByRole('button', { name: `全部 ${items}` }).click()
  await count(page.locator('tbody tr'), items)
  const dispatch = page.getByRole('button', { name: '导入并交办' })
  assert.ok(await dispatch.isDisabled(), 'nothing goes out before somebody says that it is not secret')
  await page.getByLabel(/不涉及国家秘密/).check()
  await dispatch.click()
  await see(page.getByRole('heading', { name: `已建立 ${items} 项任务，交办 ${items} 项` }))

  await page.getByRole('link', { name: '查看任务' }).click()
  await at(page, /^\/tasks\/[0-9a-f-]{36}$/)
  const { api } = app.people.zhouyun
  const before = await api.get('/tasks?roots=true&limit=200')
  const roots = before.items.filter((row) => row.has_children && documents.includes(row.title))
  assert.deepEqual(roots.map((row) => row.title).sort(), [...documents].sort())
  const below = await Promise.all(roots.map((root) => api.get(`/tasks/${root.id}/tree`)))
  const leaves = below.flatMap((tree) => tree.items.filter((row) => !row.has_children))
  assert.equal(leaves.length, items, 'every row is a task below its document')
  assert.ok(leaves.every((row) => row.lead && row.state === 'dispatched'))
  return { page, leaves }
}

/** One item that this unit leads alone and that is not overdue: its story is the unit's own. */
async function ledBy(work, leaves, unit) {
  for (const row of leaves.filter((one) => one.lead.unit.name === unit && one.overdue_days === 0)) {
    const { parties } = await work.detail(row.id)
    if (parties.filter((party) => /lead$/.test(party.role)).length === 1) return row
  }
  return assert.fail(`no item is led by ${unit} alone`)
}

/** The lead unit the import made gets its people, so that somebody can sign. */
async function staff(app, unit) {
  const n = ++app.org.made
  const person = (login, name, post_name, post_kind) => app.org.person({ login: `${login}${n}`, name, unit_id: unit.id, post_name, post_kind })
  const [head, handler] = await Promise.all([person('fuze', '贺负责', '局长', 'head'), person('banli', '白办理', '科员', 'staff')])
  await app.people.admin.api.put(`/units/${unit.id}/liaisons`, { person_ids: [head.id] })
  return { head, handler }
}

async function signedInPhone(app, person) {
  const page = await app.phone()
  await go(page, '')
  await signInAs(page, person.login, person.password)
  await at(page, '/m/todo')
  return page
}

/** A form of one's own is judged on the phone: what is asked, the words, the button. */
async function judge(page, action, choice, words) {
  await see(page.getByRole('heading', { name: action, level: 1 }))
  await page.getByRole('radio', { name: choice }).check()
  await page.getByRole('textbox').last().fill(words)
  await press(page, choice)
}

async function story(app, ledger) {
  const { page: centre, leaves } = await importLedger(app, ledger)
  const work = new Work(app.people.zhouyun)
  const item = await ledBy(work, leaves, ledger.lead)
  const { head, handler } = await staff(app, item.lead.unit)

  // The leader has the task open the whole time and never loads it again.
  const leader = await app.desk(app.people.wang)
  const live = leader.waitForResponse((response) => response.url().includes('/live?'))
  await go(leader, `/tasks/${item.id}`)
  await live
  await see(leader.getByRole('heading', { name: item.title, level: 1 }))
  await says(leader.locator('.tags'), '已交办')
  const sameLeader = await mark(leader)
  const progress = leader.locator('.facts .figure__value').first()

  // The unit signs on a phone, and names the handler.
  const phone = await signedInPhone(app, head)
  assert.equal((await overflow(phone)).beyond, 0)
  await says(phone.locator('main'), '待签收')
  // A long list shows its first few until it is asked for the rest.
  const rest = phone.getByRole('button', { name: /^展开其余/ })
  if (await rest.count()) await rest.tap()
  await phone.getByRole('link', { name: item.title }).first().tap()
  await at(phone, `/m/tasks/${item.id}`)
  await act(phone, '签收')
  await toast(phone, '已签收')
  await says(leader.locator('.tags'), '办理中')
  await act(phone, '指定经办人')
  await pick(phone, '经办人', handler.name)
  await press(phone, '确定')
  await toast(phone, '已指定经办人')

  // It is decomposed there, two steps of unequal weight.
  await act(phone, '分解')
  await at(phone, `/m/tasks/${item.id}/decompose`)
  const row = (n) => phone.locator('ol > li').nth(n - 1)
  await row(1).getByLabel('要完成什么').fill('摸清底数，建立台账')
  await row(2).getByLabel('要完成什么').fill('组织实施，形成成果')
  await row(1).getByLabel('1 权重').fill('60')
  await row(1).getByLabel('1 权重').press('Tab')
  await until('the other weight to follow', async () => (await row(2).getByLabel('2 权重').inputValue()) === '40')
  assert.equal((await overflow(phone)).beyond, 0)
  await press(phone, '保存并交办')
  await see(phone.getByRole('heading', { name: '交办下级任务', level: 1 }))
  await phone.getByLabel(/不涉及国家秘密/).check()
  await press(phone, '交办')
  await toast(phone, '已交办')
  await at(phone, `/m/tasks/${item.id}`)
  await says(phone.locator('main'), '摸清底数，建立台账')
  await says(leader.locator('.task__left'), '摸清底数，建立台账')
  const { children } = await work.detail(item.id)
  const [first, second] = children
  assert.deepEqual(children.map((child) => [child.weight, child.lead.unit.id, child.due_day]), [[60, item.lead.unit.id, item.due_day], [40, item.lead.unit.id, item.due_day]])

  // The first step is signed for and given to the handler, who reports with a photo.
  await phone.getByRole('link', { name: '摸清底数，建立台账' }).first().tap()
  await at(phone, `/m/tasks/${first.id}`)
  await act(phone, '签收')
  await toast(phone, '已签收')
  await act(phone, '指定经办人')
  await pick(phone, '经办人', handler.name)
  await press(phone, '确定')
  await toast(phone, '已指定经办人')

  const theirs = await signedInPhone(app, handler)
  await go(theirs, `/tasks/${first.id}`)
  await act(theirs, '上报进展')
  await slide(theirs, '完成进度', 50)
  await theirs.getByLabel(/^进展情况/).fill('已走访十二家单位，建立台账')
  await theirs.getByLabel('拍照').setInputFiles(photo('现场照片.png', 1200, 900, 3))
  await see(theirs.locator('.got img'))
  assert.equal((await overflow(theirs)).beyond, 0)
  await press(theirs, '上报')
  await toast(theirs, '上报已送达')

  // The head accepts; the leader sees the whole task move, without touching anything.
  await says(progress, '0%')
  await act(phone, '审核上报')
  await says(phone.locator('blockquote'), '已走访十二家单位，建立台账')
  await see(phone.locator('blockquote').getByRole('button', { name: /^预览 现场照片/ }))
  await phone.getByRole('radio', { name: '采纳' }).check()
  await press(phone, '采纳')
  await toast(phone, '已审核')
  await says(progress, '30%')
  await sameLeader()

  // Pressing for it is two clicks; the answer is read where one stands.
  await leader.getByRole('region', { name: '现在要做的' }).getByRole('button', { name: '督办', exact: true }).click()
  await dialog(leader, '督办').getByRole('button', { name: '发出督办' }).click()
  await toast(leader, '督办已发出')
  await go(theirs, '/urges')
  await theirs.getByRole('button', { name: `回复：${item.title}` }).tap()
  await says(theirs.locator('blockquote'), '王主任')
  await theirs.getByLabel(/^回复内容/).fill('月底前完成全部走访，困难已协调解决')
  await press(theirs, '回复')
  await toast(theirs, '已回复')
  await says(stream(leader), '月底前完成全部走访，困难已协调解决')
  await toast(leader, '督办已回复')
  await sameLeader()

  // The steps are finished: the first by hand, the second behind the scenes.
  await go(theirs, `/tasks/${first.id}`)
  await act(theirs, '申请办结')
  await theirs.getByLabel(/^完成情况/).fill('台账齐全，附走访记录')
  await press(theirs, '提交办结申请')
  await toast(theirs, '办结申请已提交')
  await go(phone, '/todo')
  await phone.getByRole('button', { name: '审核：摸清底数，建立台账' }).tap()
  await judge(phone, '审核办结', '同意办结', '同意')
  await toast(phone, '已审核')
  await says(progress, '60%')
  const signed = await head.api.post(`/tasks/${second.id}/signature`, { version: (await work.detail(second.id)).task.version, handler_id: handler.id })
  await handler.api.post(`/tasks/${second.id}/closure`, { version: signed.task.version, text: '成果已形成' })
  const { requests } = await work.detail(second.id)
  await head.api.post(`/requests/${requests[0].id}/decision`, { decision: 'grant' })
  await says(progress, '100%')

  // Closing is asked for, sent back once, asked for again and granted.
  await go(theirs, `/tasks/${item.id}`)
  const ask = async (words) => {
    await act(theirs, '申请办结')
    await theirs.getByLabel(/^完成情况/).fill(words)
    await theirs.getByLabel('相册、文件').setInputFiles(photo('佐证.png', 400, 300, 5))
    await says(theirs.locator('main'), /佐证\.(jpg|png)/)
    await press(theirs, '提交办结申请')
    await toast(theirs, '办结申请已提交')
    await at(theirs, `/m/tasks/${item.id}`)
  }
  const decide = async (choice, words) => {
    await centre.getByRole('navigation', { name: '主导航' }).getByRole('link', { name: /^待办/ }).click()
    await centre.getByRole('button', { name: `审核办结：${item.title}` }).click()
    const form = dialog(centre, '审核办结')
    await form.getByRole('radio', { name: choice }).check()
    await form.getByLabel(/^审核意见/).fill(words)
    await form.getByRole('button', { name: '确定' }).click()
    await toast(centre, '已审核')
    await gone(form)
  }
  await ask('两步任务均已完成')
  await says(leader.locator('.tags'), '办结待审核')
  await decide('退回继续办理', '请补充第三方评估材料')
  await says(theirs.locator('main'), '退办 1 次')
  await says(stream(theirs), '请补充第三方评估材料')
  await says(leader.locator('.tags'), '退办 1 次')
  await ask('已补充第三方评估材料')
  await decide('同意办结', '材料齐全')
  await says(leader.locator('.tags'), '已办结')

  // Checked by another than granted it, and struck off.
  const checker = await app.org.colleague()
  const checking = await app.desk(checker)
  await go(checking, `/tasks/${item.id}`)
  await checking.getByRole('button', { name: '核查销号' }).first().click()
  const check = dialog(checking, '核查销号')
  await check.getByRole('radio', { name: '通过，予以销号' }).check()
  await check.getByLabel(/^核查情况/).fill('实地核查，成果属实')
  await check.getByRole('button', { name: '确定' }).click()
  await toast(checking, '已核查')
  await says(checking.locator('.tags'), '已销号')
  await says(leader.locator('.tags'), '已销号')
  await sameLeader()

  // The time line tells all of it, in order, to whoever reads it: in the ledger and on the page.
  const name = item.lead.unit.short_name
  inOrder(await work.sentences(item.id), [
    /周运 .*交办/,
    /贺负责 .*签收/,
    /贺负责 .*白办理/,
    /贺负责 分解为 2 项/,
    /王主任 督办.*前回复/,
    /白办理 .*回复督办：月底前完成全部走访/,
    /白办理 申请办结：两步任务均已完成/,
    /周运 退回办结申请：请补充第三方评估材料/,
    /白办理 申请办结：已补充第三方评估材料/,
    /周运 同意办结：材料齐全/,
    new RegExp(`${checker.name} 核查通过，销号：实地核查，成果属实`),
  ])
  const older = stream(leader).getByRole('button', { name: '更早的记录' })
  while (await older.isVisible()) await older.click()
  const shown = (await stream(leader).locator('.entry').allInnerTexts()).map(clean).reverse()
  inOrder(shown, [
    /^周运 .*交办/,
    /^贺负责 .*签收/,
    /^贺负责 分解为 2 项/,
    new RegExp(`^王主任 督办 ?${name}.*回复 月底前完成全部走访`),
    /^白办理 申请办结.*两步任务均已完成.*不同意 周运 请补充第三方评估材料/,
    /^白办理 申请办结.*已补充第三方评估材料.*同意 周运 材料齐全/,
    new RegExp(`^${checker.name} 核查通过.*实地核查，成果属实`),
  ])
  inOrder(await work.sentences(first.id), [/签收/, /上报进展 ?50%.*已走访十二家单位/, /采纳上报，核定进度 ?50%/, /申请办结/, /同意办结/])
}

export const tests = {
  async 'the real ledger: import, sign, decompose, report, press, close, verify, read'(app) {
    if (!existsSync(REAL)) app.skip(`${REAL} is not here`)
    await story(app, {
      file: REAL,
      items: 157,
      documents: ['国办发〔2020〕43号', '国办发〔2018〕121号', '国发〔2019〕3号', '国发〔2018〕42号'],
      unknown: ['各地区', '体育总局'],
      lead: '体育总局',
    })
  },

  async 'a ledger of our own: import, sign, decompose, report, press, close, verify, read'(app) {
    await story(app, {
      file: OWN,
      items: 8,
      documents: ['滨管办〔2026〕7号', '滨管发〔2026〕12号'],
      unknown: ['各片区', '生态环境分局'],
      lead: '生态环境分局',
    })
  },
}
