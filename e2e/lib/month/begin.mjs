import assert from 'node:assert/strict'
import { dialog, gone, says, see, toast } from '../page.mjs'
import { photo } from '../photo.mjs'

/** The first week: tasks go out, are signed for, one is not ours; the first report comes in time. */

const OTHERS = {
  parking: { title: '牵头编制全区公共停车设施专项规划并报管委会主任办公会审议', due: '2026-03-31' },
  credit: { title: '修订物业服务企业信用评价办法', due: '2026-04-15' },
  bridge: { title: '滨河路人行天桥改造工程前期手续办理', due: '2026-04-10' },
  fair: { title: '春季招商推介会场地保障', due: '2026-04-20' },
  analysis: { title: '一季度工业经济运行分析报告', due: '2026-03-25', handled: true },
  signs: { title: '沿街店招安全隐患集中整治', due: '2026-03-20', handled: true },
}

export async function handOut(c) {
  const { bureau, other } = c.units
  c.task.pipes = await c.centre.handOut({
    title: '北岸片区老旧供水管网更新改造和漏损控制一期工程',
    lead: bureau,
    due: '3月13日前完成摸底排查，3月27日前全部完工',
    steps: 2,
    demand: '摸清管网底数，完成 12 公里老旧管网更新，漏损率降到 9% 以下。',
    co: other,
    part: { demand: '提供地下管线普查资料', due: '2026-03-24' },
    importance: '重要',
    weekly: '周五',
    tag: '城市更新',
    document: '滨管办〔2026〕5号',
    file: photo('任务书.png'),
  })
  const { task, milestones, parties, report_dues } = await c.detail(c.task.pipes)
  assert.deepEqual([task.state, task.due_day, task.importance], ['dispatched', '2026-03-27', 'important'])
  assert.deepEqual(milestones.map((one) => one.due_day), ['2026-03-13', '2026-03-27'])
  assert.deepEqual(parties.map((one) => [one.role, one.demand ?? '']), [['lead', ''], ['co', '提供地下管线普查资料']])
  assert.deepEqual(report_dues.map((one) => one.due_day), ['2026-03-06', '2026-03-13', '2026-03-20', '2026-03-27'])
  await c.centre.look('handed-out')
  // The rest of the month's work is handed out the same morning.
  for (const [key, { title, due, handled }] of Object.entries(OTHERS)) {
    const parties = [{ unit_id: bureau.id, role: 'lead', ...(handled ? { person_id: c.who.handler.id } : {}) }]
    c.task[key] = await c.work.dispatched(title, bureau, { parties, due: { day: due } })
  }
}

export async function sign(c) {
  await c.day(2, '14:00')
  await c.liaison.go('/todo')
  await c.liaison.look('to-sign')
  await c.liaison.sign(c.task.pipes, c.who.handler)
  await c.other.sign(c.task.pipes)
  await c.liaison.says(/办理中/)

  // One is not ours: returned with a proposal, and ruled on.
  const back = await c.liaison.on(c.task.parking, '退回')
  await back.fill(/^退回理由/, '停车设施规划由住房和城乡建设局主管，本局可以配合')
  await back.pick('建议由哪个单位承担', c.units.other.name)
  await c.liaison.look('return')
  await back.send('已提交退回申请')

  // The rest is signed for at once, and what is in dispute is left out with its reason.
  const page = c.bureau.page
  await c.bureau.go('/tasks?mine=unit&state=dispatched')
  await page.getByRole('checkbox', { name: '选择已显示的全部任务' }).check()
  const chosen = page.getByRole('region', { name: '批量处理' })
  await says(chosen, '已选 6 件')
  await c.bureau.look('bulk')
  await chosen.getByRole('button', { name: '签收', exact: true }).click()
  await dialog(page, '签收').getByRole('button', { name: '签收', exact: true }).click()
  const done = dialog(page, '签收 6 件')
  await says(done, '办理完毕：5 件已办，1 件没有办成')
  await says(done.getByRole('listitem').first(), c.task.parking.title)
  await c.bureau.look('bulk-done')
  await done.getByRole('button', { name: '关闭' }).last().click()
  await gone(done)

  const ruling = await c.centre.todo('裁定退回', c.task.parking)
  await ruling.says('停车设施规划由住房和城乡建设局主管')
  await ruling.fill(/^裁定意见/, '同意，改由住建局牵头')
  await c.centre.look('ruling')
  await ruling.send('已裁定', '确定')
  const { parties } = await c.detail(c.task.parking)
  assert.deepEqual(parties.map((one) => [one.unit.id, one.state]), [[c.units.other.id, 'unsigned']])
}

export async function firstReport(c) {
  await c.day(6, '15:00')
  const report = await c.handler.todo('上报进展', c.task.pipes)
  await report.says('本次对应 03-06 的应报节点')
  await report.progress(20)
  await report.fill(/^进展情况/, '完成北岸 6 个小区管网摸底，形成台账')
  await report.file(photo('现场照片.png', 1200, 900, 3))
  await c.handler.look('report')
  await report.send('已上报', '上报')

  const review = await c.centre.todo('审核上报', c.task.pipes)
  await review.says('完成北岸 6 个小区管网摸底')
  await review.take('采纳')
  await c.centre.look('review')
  await review.send('已审核')
  const { task, report_dues } = await c.detail(c.task.pipes)
  assert.deepEqual([task.progress, report_dues[0].state], [20, 'met'])
  await c.handler.open(c.task.pipes)
  await says(c.handler.stream, '完成北岸 6 个小区管网摸底')
  await see(c.handler.page.getByText('城市更新').first())
  await c.handler.look('reported')
}
