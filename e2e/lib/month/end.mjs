import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { verified } from '../archive.mjs'
import { clean, dialog, says, see, toast } from '../page.mjs'
import { photo } from '../photo.mjs'
import { inOrder } from '../work.mjs'

/** The last week: the task ends, is checked and archived, and the figures say what the month was. */

export async function close(c) {
  await c.day(25)
  const { pipes } = c.task
  const { short_name } = c.units.other
  const complete = async (words) => {
    const part = await c.other.todo('完成配合', pipes)
    await part.says('提供地下管线普查资料')
    await part.fill(/^完成情况/, words)
    await part.send('已完成配合')
  }
  await complete('普查资料已提供')
  const back = await c.head.beside(pipes, `退回配合结果 ${short_name}`, '退回配合结果')
  await back.fill(/^退回的理由/, '缺燃气管段')
  await back.send('已退回', '退回')
  await complete('燃气管段已补齐')

  const ask = async (words, name) => {
    const form = await c.handler.on(pipes, '申请办结')
    await form.fill(/^完成情况/, words)
    await form.file(photo(name, 640, 480, 21))
    await c.handler.look('closure')
    await form.send('办结申请已提交', '提交办结申请')
  }
  const judge = async (choice, words) => {
    const form = await c.centre.todo('审核办结', pipes)
    await form.take(choice)
    await form.fill(/^审核意见/, words)
    await c.centre.look('judge')
    await form.send('已审核')
  }
  await ask('12 公里管网全部更新，漏损率 8.7%', '竣工图.png')
  await judge('退回继续办理', '请补充第三方漏损检测报告')
  await c.handler.open(pipes)
  await c.handler.says('退办 1 次')
  await ask('已补充第三方漏损检测报告', '检测报告.png')
  await judge('同意办结', '材料齐全')

  await c.day(27)
  // Whoever granted it does not check it.
  const check = await c.colleague.todo('核查销号', pipes)
  await check.take('通过，予以销号')
  await check.fill(/^核查情况/, '实地查看，成果属实')
  await check.send('已核查')
  const stars = await c.leader.on(pipes, '点评')
  await stars.take(/^5 星/)
  await stars.fill(/^点评内容/, '后来居上，质量过硬')
  await stars.send('点评已发出', '提交点评')
  await c.leader.says('已销号')
  await c.leader.look('settled')
}

/**
 * What March was, for the bureau: the pipes are settled, the shop signs and the monthly report closed, the bridge and the quarterly
 * report under way (that one due within five days), the fair ended. What was returned and passed on counts for the other unit.
 */
const MARCH = { 任务: 6, 未启动: 0, 在办: 2, '5日内到期': 1, 逾期: 0, 办结: 3, 销号: 1, 中止: 0, 终止: 1 }
/**
 * All three that were owed are done. Of these the signs were late; by the days first set the quarterly report is, too, which has
 * been given more time.
 */
const RATES = { 完成率: '100% 3 / 3', 按期率: '66.7% 2 / 3', 原定按期率: '50% 2 / 4' }

export async function figures(c) {
  await c.day(31, '17:00')
  const { bureau, other } = c.units
  for (const hand of [c.leader, c.centre]) {
    await hand.go('/progress?period=all')
    const march = await hand.figures(bureau)
    assert.deepEqual(Object.fromEntries(Object.keys(MARCH).map((name) => [name, Number(march[name])])), MARCH)
    for (const [name, said] of Object.entries(RATES)) assert.equal(march[name], said, name)
    const theirs = await hand.figures(other)
    assert.deepEqual([theirs.任务, theirs.在办, theirs.逾期], ['2', '2', '0'])
    await hand.look('progress')
  }
  // A number is the way to what it counts.
  await c.leader.go('/progress?period=all')
  await c.leader.follow(bureau, '办结')
  for (const key of ['pipes', 'signs', 'monthly']) await c.leader.says(c.task[key].title)
  await c.leader.look('progress-rows')
  // What the task page says of stars and of what came late.
  const { sent_back_count, report_dues } = await c.detail(c.task.pipes)
  const { stars } = await c.who.leader.api.get(`/tasks/${c.task.pipes.id}/talk`)
  assert.deepEqual([stars.mean, stars.count, sent_back_count], [5, 1, 1])
  assert.deepEqual(report_dues.slice(0, 3).map((due) => due.state), ['met', 'late', 'met'])
}

export async function archive(c) {
  const { page } = c.office
  await c.office.open(c.task.pipes)
  await page.getByRole('button', { name: '生成归档包' }).click()
  await toast(page, '归档包已生成')
  await c.office.look('archive')
  const digest = clean(await page.locator('code').innerText())
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /^下载归档包/ }).click()])
  const { fine, said } = await verified(download, digest)
  assert.ok(fine && said.includes('1 项任务，5 个附件'), said)
}

/** Next year's, or the next part: the same again, as a draft with its days laid anew. */
export async function copy(c) {
  const { page } = c.office
  await c.office.open(c.task.pipes)
  await page.getByRole('button', { name: '再次使用' }).click()
  await page.locator('.pop').getByText('复制任务', { exact: true }).click()
  const box = dialog(page, '复制任务')
  const title = '北岸片区老旧供水管网更新改造和漏损控制二期工程'
  await says(box, '将生成 1 项任务')
  await box.getByLabel('任务名称').fill(title)
  await box.getByLabel('标为同一事项').check()
  await says(box, title)
  await c.office.look('copy')
  await box.getByRole('button', { name: '生成草稿' }).click()
  await toast(page, '已生成 1 项草稿')
  await see(page.getByRole('heading', { name: title, level: 1 }))
}

/** Every kind of request there is has been made, as the API's own list of kinds says. */
export async function everyRequest(c) {
  const api = JSON.parse(readFileSync(join(import.meta.dirname, '../../../docs/api/openapi.json'), 'utf8'))
  const details = await Promise.all(Object.values(c.task).map((task) => c.detail(task)))
  const made = new Set(details.flatMap(({ requests }) => requests.map((one) => one.kind)))
  assert.deepEqual([...made].sort(), [...api.components.schemas.RequestKind.enum].sort())
}

/** What the ledger tells of the month, in its order, whoever sat and whoever walked. */
export async function ledger(c) {
  inOrder(await c.work.sentences(c.task.pipes.id), [
    /^周运 .*交办给经济发展局（牵头）、住房和城乡建设局（配合）/,
    /^冯联络 经济发展局签收/,
    /^杨建设 住房和城乡建设局签收/,
    /^陈经办 .*20%.*完成北岸 6 个小区管网摸底/,
    /^周运 采纳.*20%/,
    /^陈经办 .*提示风险：地下管线资料不全/,
    /^郑经发 .*等待住房和城乡建设局/,
    /^周运 回应风险/,
    /^杨建设 .*答复：普查资料已发至工作邮箱（等待 1 个工作日）/,
    /^王主任 督办/,
    /^王主任 .*2 ?星/,
    /^冯联络 .*回复督办/,
    /^陈经办 .*45%/,
    /^郑经发 申请延期.*2026-03-31/,
    /^周运 .*期限由2026-03-27改为2026-03-31/,
    /^杨建设 .*完成配合：普查资料已提供/,
    /^郑经发 退回.*缺燃气管段/,
    /^杨建设 .*完成配合：燃气管段已补齐/,
    /^陈经办 申请办结/,
    /^周运 退回办结申请：请补充第三方漏损检测报告/,
    /^陈经办 申请办结/,
    /^周运 同意办结：材料齐全/,
    /^林晓 核查通过，销号/,
    /^王主任 .*5 ?星/,
  ])
}
