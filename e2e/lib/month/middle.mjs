import assert from 'node:assert/strict'
import { at, dialog, says, see, toast } from '../page.mjs'
import { photo } from '../photo.mjs'
import { until } from '../until.mjs'

/** The second and the third week: risks, waiting, a report that is late, and everything that can be asked for. */

export async function riskAndWaiting(c) {
  await c.day(9)
  const risk = await c.handler.on(c.task.pipes, '提示风险')
  await risk.fill(/^可能出什么问题/, '地下管线资料不全，开挖可能误伤燃气管')
  await risk.fill(/^需要什么帮助/, '请住建局提供普查资料')
  await c.handler.look('risk')
  await risk.send('已提示', '提示')

  const wait = await c.head.on(c.task.pipes, '登记等待')
  await wait.take(c.units.other.short_name)
  await wait.fill(/^等什么/, '北岸地下管线普查资料')
  await wait.fill(/^预计哪天能有/, '2026-03-12')
  await wait.send('已登记等待', '登记')
  await c.head.comment('请先避开燃气管段，等资料到了再开挖', c.who.handler.name)
  await says(c.head.stream, '请先避开燃气管段')
  await c.head.look('waiting')
  await c.handler.go('/inbox')
  await c.handler.says('提到')
  await c.handler.look('inbox')

  const answer = await c.centre.todo('回应风险', c.task.pipes)
  await answer.says('地下管线资料不全')
  await answer.fill(/^怎么处理/, '已协调住建局，三日内提供')
  await answer.send('已回应', '回应')
  const link = await c.centre.on(c.task.bridge, '关联任务')
  await link.fill(/^关联哪项任务/, '供水管网')
  await link.take(/供水管网更新改造/)
  await link.take(/它是前置任务/)
  await c.centre.look('link')
  await link.send('已关联', '关联')
  const tag = await c.centre.on(c.task.signs, '设置标签')
  await tag.scope.getByRole('textbox', { name: '标签' }).fill('安全生产')
  await tag.scope.getByRole('textbox', { name: '标签' }).press('Enter')
  await tag.send('标签已设置', '保存')
}

/** The monthly report comes of itself: set up at the desk, there the next morning. */
export async function everyMonth(c) {
  const { page } = c.office
  await c.office.open(c.task.analysis)
  await page.getByRole('button', { name: '再次使用' }).click()
  await page.locator('.pop').getByText('建周期任务', { exact: true }).click()
  const form = page.locator('form.page')
  await form.getByLabel('名称').fill('工业经济运行月度分析')
  await form.getByLabel('任务标题').fill('{year}年{month}月工业经济运行分析')
  await form.getByLabel('多久一次').fill('每月10日')
  await says(form, '每月10日')
  await form.getByLabel('各期期限').selectOption({ label: '当期最后一个工作日' })
  await form.getByLabel(/不涉及国家秘密/).check()
  await c.office.look('series')
  await form.getByRole('button', { name: '建立周期任务' }).click()
  await toast(page, '周期任务已建立')
  await see(page.getByRole('heading', { name: '工业经济运行月度分析', level: 1 }))

  await c.day(10)
  const made = await until('the first of the series to come out', async () => {
    const { items } = await c.who.centre.api.get(`/tasks?q=${encodeURIComponent('月工业经济运行分析')}`)
    return items[0]
  })
  c.task.monthly = { id: made.id, title: made.title }
  assert.equal(made.title, '2026年3月工业经济运行分析')
  await c.liaison.sign(c.task.monthly, c.who.handler)
  await c.liaison.look('series-signed')

  const answer = await c.other.todo('答复等待', c.task.pipes)
  await answer.says('北岸地下管线普查资料')
  await answer.fill(/^答复内容/, '普查资料已发至工作邮箱')
  await answer.send('已答复', '答复')
  await c.head.open(c.task.pipes)
  await c.head.says('普查资料已发至工作邮箱')
  const { waits } = await c.detail(c.task.pipes)
  assert.ok(waits.length === 1 && waits[0].ended_at)
}

export async function lateReport(c) {
  // Friday's report did not come, and a step is past its day.
  await c.day(16)
  const { task, report_dues } = await c.detail(c.task.pipes)
  assert.deepEqual([report_dues[1].state, task.lamp.lamp], ['missed', 'orange'], task.lamp.reasons.join('；'))
  await c.leader.open(c.task.pipes)
  await c.leader.says('滞后')
  await c.leader.look('behind')
  const urge = await c.leader.begin('督办')
  await urge.fill(/^督办内容/, '摸底节点已过，上周也没有上报，请说明原因和补救措施')
  await c.leader.look('urge')
  await urge.send('督办已发出', '发出督办')
  const stars = await c.leader.on(c.task.pipes, '点评')
  await stars.take(/^2 星/)
  await stars.fill(/^点评内容/, '节点滞后，请抓紧')
  await stars.send('点评已发出', '提交点评')
  await c.leader.says('点评 ★2.0（1）')

  const reply = await c.liaison.todo('回复督办', c.task.pipes)
  await reply.says('请说明原因和补救措施')
  await reply.fill(/^回复内容/, '资料已到位，今天补报，本周五前赶上进度')
  await c.liaison.look('reply')
  await reply.send('已回复', '回复')
  const report = await c.handler.on(c.task.pipes, '上报进展')
  await report.progress(45)
  await report.fill(/^进展情况/, '摸底全部完成，开工 5 公里')
  await report.tick(/第 1 阶段/)
  await report.send('已上报', '上报')
  const review = await c.centre.todo('审核上报', c.task.pipes)
  await review.take('采纳')
  await review.send('已审核')
  await c.leader.open(c.task.pipes)
  await says(c.leader.stream, '本周五前赶上进度')
  const now = await c.detail(c.task.pipes)
  assert.equal(now.report_dues[1].state, 'late')
  assert.ok(now.milestones[0].done_at)
}

async function extend(hand, task, { why, day, reason }) {
  const form = await hand.on(task, '申请延期')
  await form.take(why)
  await form.fill(/^延期到/, day)
  await form.fill(/^延期理由/, reason)
  await form.says(/晚 \d+ 个工作日/)
  await hand.look('extend')
  await form.send('申请已提交', '提交申请')
}

async function decide(hand, task, choice, words) {
  const form = await hand.todo('审批申请', task)
  await form.take(choice)
  if (words) await form.fill(/^审批意见/, words)
  await hand.look('decide')
  await form.send('已审批')
}

export async function moreTime(c) {
  await c.day(17)
  const { pipes, analysis } = c.task
  await extend(c.head, pipes, { why: '等待其他单位或上级', day: '3月31日', reason: '等管线资料耽误了工期' })
  await decide(c.centre, pipes, '同意', '情况属实')
  assert.equal((await c.detail(pipes)).task.due_day, '2026-03-31')

  await extend(c.handler, analysis, { why: '自身原因', day: '4月3日', reason: '写错了' })
  const back = await c.handler.on(analysis, '撤回申请')
  await back.send('申请已撤回')
  await extend(c.handler, analysis, { why: '自身原因', day: '4月3日', reason: '两户企业的数据要重新核对' })
  await decide(c.centre, analysis, '不同意', '还有一周，请抓紧')
  const again = await c.handler.beside(analysis, '申请复核')
  await again.says('还有一周，请抓紧')
  await again.fill(/^复核理由/, '企业报来的口径不一致，确需重算')
  await c.handler.look('recheck')
  await again.send('申请已提交', '提交申请')
  await decide(c.colleague, analysis, '同意')
  const { task, requests } = await c.detail(analysis)
  assert.equal(task.due_day, '2026-04-03')
  assert.deepEqual(requests.map((one) => `${one.kind} ${one.state}`).sort(), ['extend refused', 'extend withdrawn', 'recheck granted'])
}

export async function otherRequests(c) {
  await c.day(18)
  const { credit, bridge, fair, analysis } = c.task
  const pass = await c.head.on(credit, '申请转办')
  await pass.pick('转给哪个单位', c.units.other.name)
  await pass.fill(/^转办理由/, '物业监管职责已划转住建局')
  await c.head.look('transfer')
  await pass.send('申请已提交', '提交申请')
  // Once it is somebody else's, this unit sees it no more.
  await c.head.go('/todo')
  await decide(c.centre, credit, '同意')
  assert.deepEqual((await c.detail(credit)).parties.map((one) => one.unit.id), [c.units.other.id])

  const stop = await c.head.on(bridge, '申请中止')
  await stop.fill(/^中止理由/, '跨河方案待航道部门复核')
  await stop.fill(/^依据文件/, '滨航函〔2026〕9号')
  await stop.send('申请已提交', '提交申请')
  await decide(c.centre, bridge, '同意')
  await c.head.open(bridge)
  await c.head.says('停止计时')
  await c.head.look('suspended')

  const end = await c.colleague.on(fair, '申请终止')
  await end.fill(/^终止理由/, '推介会改由市里统一举办')
  await end.send('申请已提交', '提交申请')
  await decide(c.centre, fair, '同意')
  assert.equal((await c.detail(fair)).task.state, 'terminated')

  const amend = await c.head.on(analysis, '申请变更内容')
  await amend.fill(/^要变更什么/, '分析范围由 21 家企业改为 18 家，3 家已停产')
  await amend.send('申请已提交', '提交申请')
  await decide(c.centre, analysis, '同意')
  // What was agreed to is written into the task there and then.
  const { page } = c.centre
  await at(page, new RegExp(`/tasks/${analysis.id}/edit$`))
  await page.getByLabel(/^任务要求/).fill('对 18 家规上企业逐户分析')
  await page.getByRole('button', { name: '保存', exact: true }).last().click()
  await c.centre.toast('已保存')
  await c.handler.open(analysis)
  await c.handler.says('对 18 家规上企业逐户分析')
}

export async function goingOn(c) {
  await c.day(20, '16:00')
  const report = await c.handler.todo('上报进展', c.task.pipes)
  await report.progress(80)
  await report.fill(/^进展情况/, '累计完成 10 公里，漏损率降到 9.4%')
  await report.file(photo('压力测试.png', 800, 600, 9))
  await report.send('已上报', '上报')
  const review = await c.centre.todo('审核上报', c.task.pipes)
  await review.take('采纳')
  await review.send('已审核')

  await c.day(23)
  const go = await c.head.on(c.task.bridge, '申请恢复办理')
  await go.fill(/^恢复理由/, '航道部门已复核同意')
  await go.send('申请已提交', '提交申请')
  await decide(c.centre, c.task.bridge, '同意')
  // Stopped from Wednesday to Monday: three working days.
  const { task } = await c.detail(c.task.bridge)
  assert.deepEqual([task.state, task.due_day], ['active', '2026-04-15'])

  // One is past its day; it is pressed for, and brought to its end together with the monthly one.
  await c.leader.go('/overdue')
  await c.leader.says(c.task.signs.title)
  await c.leader.says('逾期 1 个工作日')
  await c.leader.look('overdue')
  const urge = await c.leader.on(c.task.signs, '督办')
  await urge.fill(/^督办内容/, '已逾期，请本周内办结')
  await urge.send('督办已发出', '发出督办')
  const reply = await c.handler.todo('回复督办', c.task.signs)
  await reply.fill(/^回复内容/, '今天申请办结')
  await reply.send('已回复', '回复')
  for (const [key, words] of [['signs', '612 块店招全部整改'], ['monthly', '分析报告已报送']]) {
    const form = await c.handler.on(c.task[key], '申请办结')
    await form.fill(/^完成情况/, words)
    await form.send('办结申请已提交', '提交办结申请')
  }
  const { page } = c.office
  await c.office.go('/tasks?state=active')
  for (const key of ['signs', 'monthly']) await page.getByRole('checkbox', { name: `选择 ${c.task[key].title}` }).check()
  const chosen = page.getByRole('region', { name: '批量处理' })
  const button = chosen.getByRole('button', { name: '同意办结', exact: true })
  if (!(await button.isVisible())) await chosen.getByRole('button', { name: '更多' }).click()
  await page.getByRole('button', { name: '同意办结', exact: true }).filter({ visible: true }).click()
  await dialog(page, '同意办结').getByRole('button', { name: '同意办结', exact: true }).click()
  await says(dialog(page, '同意办结 2 件'), '办理完毕：2 件已办，0 件没有办成')
  for (const key of ['signs', 'monthly']) assert.equal((await c.detail(c.task[key])).task.state, 'closed')
}
