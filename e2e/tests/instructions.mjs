import assert from 'node:assert/strict'
import { violations } from '../lib/axe.mjs'
import { at, dialog, go, overflow, says, see, toast } from '../lib/page.mjs'
import { press } from '../lib/thumb.mjs'
import { until } from '../lib/until.mjs'
import { Work } from '../lib/work.mjs'

/** What its verbs ask of PostgreSQL, the promises ask there, too. */
export const only = 'sqlite'

const button = (scope, name) => scope.getByRole('button', { name, exact: true })
const fits = async (page, what) => assert.deepEqual(await overflow(page), { beyond: 0, who: [] }, what)
const PAPER = '关于进一步加强沿海路段道路养护和排水管网改造工作统筹推进有关事项的专题会议纪要（滨管专纪〔2026〕38号）'

async function underWay(app, title) {
  const bureau = await app.org.newBureau()
  const work = new Work(app.people.zhouyun)
  return { ...bureau, work, task: await work.active(title, bureau.unit, bureau.head, bureau.handler) }
}

export const tests = {
  async 'the centre writes down what a leader said, the handler reports back, and the leader finds it good'(app) {
    const { task, handler, work } = await underWay(app, '登记批示的任务')
    const desk = await app.desk(app.people.zhouyun)
    await go(desk, `/tasks/${task.id}`)
    await button(desk, '批示').click()
    const box = dialog(desk, '批示')
    await see(box.getByLabel(/^批示内容/))
    assert.deepEqual(await violations(desk), [])
    await button(box, '登记批示').click()
    await says(box, '请填写批示内容')
    // There is but one leader here, so nobody has to be chosen.
    await says(box, '批示领导 王主任')
    await box.getByLabel(/^批示内容/).fill('请牵头单位倒排工期，月底前拿出方案。')
    await box.getByLabel(/^所在文件/).fill(PAPER)
    await fits(desk, 'an instruction at the desk')
    await button(box, '登记批示').click()
    await toast(desk, '批示已发出')
    const stream = desk.getByRole('region', { name: '办理过程' })
    for (const words of ['王主任 批示', '倒排工期', `《${PAPER}》`, '周运 登记']) await says(stream, words)

    const phone = await app.phone(handler)
    await go(phone, '/todo')
    await says(phone.locator('main'), '王主任批示：请牵头单位倒排工期')
    await button(phone, '回复：登记批示的任务').tap()
    await see(phone.getByRole('heading', { name: '反馈批示', level: 1 }))
    // The whole words stand here, so they have been read.
    const reader = async () => (await work.issuer.api.get(`/tasks/${task.id}/urges`)).items[0].readers.find(({ person }) => person.id === handler.id)
    await until('it to count as read', async () => (await reader()).read_at)
    await phone.getByLabel(/^回复内容/).fill('方案已经报送，附件另送。')
    await fits(phone, 'reporting back on the phone')
    await press(phone, '回复')
    await toast(phone, '已回复')

    const leader = await app.phone(app.people.wang)
    await go(leader, `/tasks/${task.id}`)
    await says(leader.locator('main'), '方案已经报送，附件另送。')
    await fits(leader, 'an instruction on the phone')
    await press(leader, '认可回复')
    await toast(leader, '已认可')
    const { items } = await work.issuer.api.get(`/tasks/${task.id}/urges`)
    assert.ok(items[0].accepted_at)
    assert.equal(items[0].instruction.document, PAPER)
  },

  async 'a leader instructs from the phone, and what goes beyond the task becomes a draft'(app) {
    const { task, work } = await underWay(app, '批示另立的任务')
    const phone = await app.phone(app.people.wang)
    await go(phone, `/tasks/${task.id}/act/instruct`)
    await says(phone.locator('main'), '王主任（本人）')
    assert.deepEqual(await violations(phone), [])
    await phone.getByLabel(/^批示内容/).fill('请加快办理。')
    await press(phone, '发出批示')
    await toast(phone, '批示已发出')
    await says(phone.locator('main'), '请加快办理。')

    const desk = await app.desk(app.people.wang)
    await go(desk, `/tasks/${task.id}`)
    await button(desk, '批示').click()
    const box = dialog(desk, '批示')
    await box.getByLabel(/^批示内容/).fill('一并解决周边路段积水问题。')
    await box.getByRole('radio', { name: '另立任务' }).check({ force: true })
    await box.getByLabel(/^新任务标题/).fill('解决周边路段积水')
    await button(box, '发出批示').click()
    await toast(desk, '已建立草稿')
    await at(desk, /\/tasks\/[0-9a-f-]{36}\/edit$/)
    await says(desk.locator('main'), '修改任务')
    const links = (await work.detail(task.id)).links
    assert.deepEqual(
      links.map(({ kind, title }) => [kind, title]),
      [['follows', '解决周边路段积水']],
    )
  },
}
