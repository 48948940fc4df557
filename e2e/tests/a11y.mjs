import assert from 'node:assert/strict'
import { join } from 'node:path'
import { violations } from '../lib/axe.mjs'
import { photo } from '../lib/photo.mjs'
import { dialog, go, see } from '../lib/page.mjs'
import { dayFromNow, Work } from '../lib/work.mjs'

/** What a page says to a screen reader does not depend on the database. */
export const only = 'sqlite'

/** Many pages, each looked at twice. */
export const patience = 180_000

const LEDGER = join(import.meta.dirname, '../fixtures/ledger.csv')

/** Something of everything: every lamp but blue, parties in every state, a report with a photo, an urge, open requests. */
async function furnished(app) {
  const { zhouyun, wang } = app.people
  const work = new Work(zhouyun)
  const { unit, head, liaison, handler } = await app.org.newBureau()
  const other = app.units.other
  const parties = [{ unit_id: unit.id, role: 'lead' }, { unit_id: other.id, role: 'co' }]
  const rich = await work.active('内容齐全的任务', unit, head, handler, {
    parties,
    importance: 'major',
    urgency: 'urgent',
    demand: '查清成因，一点一策，按期完成改造，形成长效机制。'.repeat(8),
    source_document: '滨管办〔2026〕7号',
    clause: '二（三）',
    milestones: [{ title: '完成摸排', due_day: dayFromNow(10) }, { title: '完成整改', due_day: dayFromNow(40) }],
    report_rule: { kind: 'monthly', day: 25 },
  })
  await work.active('早已逾期的任务', unit, head, handler, { due: { day: dayFromNow(-20) }, start_day: dayFromNow(-60) })
  const soon = await work.active('即将到期的任务', unit, head, handler, { due: { day: dayFromNow(2) }, start_day: dayFromNow(-3) })
  const fresh = await work.dispatched('待签收的任务', unit)
  const draft = await work.draft('草拟中的任务', unit)
  const uploaded = await fetch(`${app.url}/api/v1/files?name=${encodeURIComponent('现场.png')}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${handler.token}`, 'content-type': 'application/octet-stream' },
    body: photo('现场.png', 320, 240).buffer,
  })
  assert.equal(uploaded.status, 201, await uploaded.clone().text())
  const file = await uploaded.json()
  const report = { claimed_progress: 40, text: '已完成摸排', problem: '管线迁改缓慢', next_step: '本周协调', file_ids: [file.id] }
  await handler.api.post(`/tasks/${rich.id}/reports`, report)
  await wang.api.post(`/tasks/${rich.id}/urges`, { text: '请说明目前进度和存在的困难。' })
  const closing = await work.active('申请办结的任务', unit, head, handler)
  await head.api.post(`/tasks/${closing.id}/closure`, { version: closing.version, text: '全部完成' })
  // Beside the main line: a wait, a risk, a report asked for, a link.
  await head.api.post(`/tasks/${rich.id}/waits`, { on_name: '省厅', text: '用地批复', expected_day: dayFromNow(5) })
  await head.api.post(`/tasks/${rich.id}/risks`, { text: '雨季施工可能延误', help: '协调夜间施工' })
  await zhouyun.api.post(`/tasks/${rich.id}/report-dues`, { due_day: dayFromNow(6), text: '报汛期情况' })
  await zhouyun.api.post(`/tasks/${closing.id}/links`, { kind: 'blocks', other_id: rich.id })
  const tree = await work.draft('已经分解的任务', unit)
  const children = ['第一步', '第二步'].map((title) => ({ title, weight: 50, parties: [{ unit_id: unit.id, role: 'lead' }], due: { day: dayFromNow(30) } }))
  await zhouyun.api.put(`/tasks/${tree.id}/children`, { version: tree.version, children })
  return { unit, head, liaison, handler, rich, soon, fresh, draft, closing, tree }
}

/** Opens each page, waits for its heart, and collects what is wrong with it. */
async function walk(page, pages) {
  const found = []
  for (const [path, heart, prepare] of pages) {
    await go(page, path)
    await see(heart ? page.getByText(heart).filter({ visible: true }) : page.locator('h1'))
    if (prepare) await prepare()
    found.push(...(await violations(page)).map((line) => `${path}${prepare ? ' (opened)' : ''}: ${line}`))
  }
  return found
}
const button = (page, name) => page.getByRole('button', { name, exact: true }).first()

export const tests = {
  async 'desk: signing in and the password'(app) {
    const person = await app.org.person({ login: 'wuzhangai', name: '新来者', unit_id: app.units.bureau.id, post_name: '科员', post_kind: 'staff' })
    const stranger = await app.desk(null, { colorScheme: 'light' })
    const page = await app.desk(person, { colorScheme: 'light' })
    assert.deepEqual([...(await walk(stranger, [['/sign-in']])), ...(await walk(page, [['/password']]))], [])
  },

  async 'desk: every list and form of the centre'(app) {
    await furnished(app)
    const page = await app.desk(app.people.zhouyun, { colorScheme: 'light' })
    assert.deepEqual(
      await walk(page, [
        ['/', '全局情况'],
        ['/todo', '待审核上报'],
        ['/tasks', '内容齐全的任务'],
        ['/tasks', '等待：省厅', () => page.getByRole('checkbox', { name: '选择已显示的全部任务' }).check()],
        ['/tasks?lamp=red,orange&overdue=true', '早已逾期的任务'],
        ['/tasks?q=无此任务', '没有符合条件的任务'],
        ['/tasks?roots=true&view=tree', '已经分解的任务', () => button(page, '展开 已经分解的任务 的下级任务').click()],
        ['/tasks', '内容齐全的任务', () => button(page, '添加条件').click()],
        ['/tasks', '内容齐全的任务', () => page.locator('button.who').click()],
        ['/tasks/new', '新建任务'],
        ['/tasks/new', '新建任务', async () => {
          await page.getByRole('button', { name: /^更多：/ }).click()
          await page.getByLabel(/^时限/).fill('10个工作日内')
          await see(page.locator('.due__day'))
          await button(page, '交办').click()
          await see(page.getByText('请填写任务名称'))
        }],
      ]),
      [],
    )
  },

  async 'desk: every task page of the centre'(app) {
    const { rich, draft, tree, closing } = await furnished(app)
    const page = await app.desk(app.people.zhouyun, { colorScheme: 'light' })
    const open = (name) => async () => {
      await button(page, name).click()
      await see(dialog(page))
    }
    assert.deepEqual(
      await walk(page, [
        [`/tasks/${rich.id}`, '已完成摸排'],
        [`/tasks/${rich.id}`, '已完成摸排', open('督办')],
        [`/tasks/${rich.id}`, '已完成摸排', open('审核上报')],
        [`/tasks/${closing.id}`, '全部完成', open('审核办结')],
        [`/tasks/${draft.id}`, '草拟中的任务'],
        [`/tasks/${tree.id}`, '第二步'],
        [`/tasks/${rich.id}/edit`, '修改任务'],
        [`/tasks/${tree.id}/decompose`, '权重合计 100%'],
        ['/inbox', '内容齐全的任务'],
        ['/burden', '减负上限'],
        ['/burden/statement', '系统不做的事'],
        ['/org', '经济发展局'],
        ['/no/such/page', '没有这一页'],
      ]),
      [],
    )
  },

  async 'desk: the steps of an import'(app) {
    const page = await app.desk(app.people.zhouyun, { colorScheme: 'light' })
    await go(page, '/import')
    await see(page.getByText('把分工方案或任务台账拖到这里'))
    const found = [...(await violations(page))]
    await page.locator('input[type=file]').setInputFiles(LEDGER)
    await see(page.getByLabel('任务名称'))
    found.push(...(await violations(page)))
    await button(page, '下一步').click()
    await see(page.getByText(/台账中的 \d+ 个单位/))
    found.push(...(await violations(page)))
    assert.deepEqual(found, [])
  },

  async 'desk: what a unit, a handler and a leader see'(app) {
    const { head, liaison, handler, rich, fresh } = await furnished(app)
    const found = []
    for (const [who, pages] of [
      [head, (page) => [['/', '本单位要办的事'], ['/todo', '待签收'], [`/tasks/${fresh.id}`, '待签收的任务', async () => (await button(page, '签收').click(), see(dialog(page)))]]],
      [liaison, (page) => [['/', '本单位要办的事'], ['/inbox', '新任务待签收'], [`/tasks/${fresh.id}`, '待签收的任务', async () => (await button(page, '退回').click(), see(dialog(page)))]]],
      [handler, (page) => [['/', '现在该办什么'], [`/tasks/${rich.id}`, '已完成摸排', async () => (await button(page, '上报进展').click(), see(dialog(page)))]]],
      [app.people.wang, () => [['/', '哪些亮红灯，谁在负责'], [`/tasks/${rich.id}`, '已完成摸排']]],
    ]) {
      const page = await app.desk(who, { colorScheme: 'light' })
      found.push(...(await walk(page, pages(page))).map((line) => `${who.name} ${line}`))
    }
    assert.deepEqual(found, [])
  },

  async 'desk: an administrator’s pages and dialogs'(app) {
    const page = await app.desk(app.people.admin, { colorScheme: 'light' })
    const open = (name) => async () => {
      await button(page, name).click()
      await see(dialog(page))
    }
    assert.deepEqual(
      await walk(page, [
        ['/'],
        ['/org', '经济发展局'],
        ['/org', '经济发展局', open('添加下级单位')],
        ['/org', '经济发展局', open('添加人员')],
        ['/org', '经济发展局', open('修改单位')],
        ['/org', '经济发展局', open('从表格导入')],
      ]),
      [],
    )
  },

  async 'desk: the narrow window'(app) {
    const { rich } = await furnished(app)
    const page = await app.desk(app.people.zhouyun, { colorScheme: 'light', viewport: { width: 420, height: 800 } })
    assert.deepEqual(await walk(page, [['/', '全局情况'], ['/tasks', '内容齐全的任务'], [`/tasks/${rich.id}`, '已完成摸排'], ['/tasks/new', '新建任务']]), [])
  },

  async 'phone: every page of a unit’s head'(app) {
    const { head, rich, soon, fresh } = await furnished(app)
    const page = await app.phone(head, { colorScheme: 'light' })
    const sheet = (words) => async () => {
      await page.getByRole('button', { name: words }).last().tap()
      await see(page.getByRole('dialog'))
    }
    assert.deepEqual(
      await walk(page, [
        ['/todo', '待签收的任务'],
        ['/tasks', '内容齐全的任务'],
        ['/urges', '督办'],
        ['/board', '本单位要办的事'],
        ['/me', '退出登录'],
        ['/inbox', '消息'],
        ['/outbox', '没有待发送的内容'],
        ['/burden', '减负护栏'],
        ['/tasks/new', '任务设定'],
        ['/tasks/new', '任务设定', sheet(/^牵头单位/)],
        [`/tasks/${rich.id}`, '已完成摸排'],
        [`/tasks/${rich.id}`, '已完成摸排', sheet('更多')],
        [`/tasks/${rich.id}/act/report`, '上报进展'],
        [`/tasks/${rich.id}/act/reply`, '回复内容'],
        [`/tasks/${soon.id}/act/request_close`, '佐证材料'],
        [`/tasks/${rich.id}/act/wait`, '等什么'],
        [`/tasks/${rich.id}/act/raise_risk`, '需要什么帮助'],
        [`/tasks/${rich.id}/act/assign`, '经办人'],
        [`/tasks/${rich.id}/decompose`, '权重合计'],
        [`/tasks/${fresh.id}`, '待签收的任务'],
        [`/tasks/${fresh.id}/act/sign`, '同时指定经办人'],
        [`/tasks/${fresh.id}/act/return`, '退回理由'],
        ['/password', '修改密码'],
        ['/no/such/page', '没有这一页'],
      ]),
      [],
    )
  },

  async 'phone: a leader’s and the centre’s pages, and signing in'(app) {
    const { rich, closing } = await furnished(app)
    const found = []
    const leader = await app.phone(app.people.wang, { colorScheme: 'light' })
    found.push(...(await walk(leader, [['/board', '哪些亮红灯，谁在负责'], ['/urges', '我发出的'], [`/tasks/${rich.id}/act/urge`, '督办内容']])))
    const centre = await app.phone(app.people.zhouyun, { colorScheme: 'light' })
    found.push(...(await walk(centre, [['/board', '全局情况'], ['/todo', '审核'], [`/tasks/${rich.id}/act/review`, '审核结果'], [`/tasks/${closing.id}/act/decide_close`, '审核结果']])))
    const stranger = await app.phone(null, { colorScheme: 'light' })
    found.push(...(await walk(stranger, [['/sign-in', '登录']])))
    assert.deepEqual(found, [])
  },
}
