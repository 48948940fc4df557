import assert from 'node:assert/strict'
import { violations } from '../lib/axe.mjs'
import { at, count, dialog, go, gone, overflow, says, see, toast } from '../lib/page.mjs'
import { act, press } from '../lib/thumb.mjs'
import { dayFromNow, Work } from '../lib/work.mjs'

/** What its verbs ask of PostgreSQL, the promises and the API's tests ask there, too. */
export const only = 'sqlite'

export const patience = 120_000

const bar = (page) => page.getByRole('region', { name: '现在要做的' })
const turn = (page) => page.getByRole('region', { name: '现在等谁' })
const panel = (page, name) => page.getByRole('region', { name, exact: true })

/** A task under way: a bureau leads, another one takes part, both have signed. */
async function withCo(app, title, more = {}) {
  const [lead, co] = [await app.org.newBureau(), await app.org.newBureau()]
  const parties = [
    { unit_id: lead.unit.id, role: 'lead' },
    { unit_id: co.unit.id, role: 'co', demand: '提供排查台账', due_day: dayFromNow(2) },
  ]
  const work = new Work(app.people.zhouyun)
  const task = await work.dispatched(title, lead.unit, { parties, ...more })
  for (const head of [lead.head, co.head]) {
    const { version } = (await work.detail(task.id)).task
    await head.api.post(`/tasks/${task.id}/signature`, { version })
  }
  return { lead, co, work, task: (await work.detail(task.id)).task }
}

/** An action in the menu beside the duty. */
async function more(page, item) {
  await bar(page).getByRole('button', { name: '更多' }).click()
  await page.locator('.pop').getByRole('button', { name: item, exact: true }).click()
}

export const tests = {
  async 'a co-unit does its part on the phone, and then the lead closes'(app) {
    const { lead, co, work, task } = await withCo(app, '要配合的任务', { due: { day: dayFromNow(3) }, start_day: dayFromNow(-3) })
    const page = await app.desk(lead.head)
    await go(page, `/tasks/${task.id}`)
    await says(turn(page), `办结前，还要${co.unit.short_name}完成配合`)
    await says(page.locator('.task__left'), '配合事项：提供排查台账')
    await count(bar(page).getByRole('button', { name: '申请办结' }), 0)

    const phone = await app.phone(co.head)
    await go(phone, `/tasks/${task.id}`)
    await act(phone, '完成配合')
    await at(phone, new RegExp(`/m/tasks/${task.id}/act/complete`))
    await says(phone.locator('main'), '要求：提供排查台账')
    assert.equal((await overflow(phone)).beyond, 0)
    assert.deepEqual(await violations(phone), [])
    await press(phone, '完成配合')
    await says(phone.locator('main'), '请填写完成情况')
    await phone.getByLabel(/^完成情况/).fill('台账已交')
    await press(phone, '完成配合')
    await toast(phone, '已完成配合')
    await says(phone.locator('main'), '台账已交')

    // Sent back because it is not enough, and done again.
    await says(page.locator('.task__left'), '台账已交')
    await page.getByRole('button', { name: `退回配合结果 ${co.unit.short_name}` }).click()
    const box = dialog(page, '退回配合结果')
    await box.getByLabel(/^退回的理由/).fill('缺两个片区')
    await box.getByRole('button', { name: '退回', exact: true }).click()
    await toast(page, '已退回')
    await says(turn(page), '完成配合')
    const party = (await work.detail(task.id)).parties.find((one) => one.role === 'co')
    assert.equal(party.state, 'signed')
    await co.head.api.post(`/parties/${party.id}/completion`, { text: '已补齐' })
    await bar(page).getByRole('button', { name: '申请办结' }).click()
    const closing = dialog(page, '申请办结')
    await closing.getByLabel(/^完成情况/).fill('全部完成')
    await closing.getByRole('button', { name: '提交办结申请' }).click()
    await toast(page, '办结申请已提交')
    assert.ok((await work.detail(task.id)).requests.some((one) => one.kind === 'close'))
    await says(turn(page), '等待交办方审核办结')
  },

  async 'a closing that is asked for too early names the units, and a part can be let go'(app) {
    const { lead, co, work, task } = await withCo(app, '配合没有完成的任务')
    const party = (await work.detail(task.id)).parties.find((one) => one.role === 'co')
    await co.head.api.post(`/parties/${party.id}/completion`, { text: '台账已交' })
    app.expect({ status: 409, path: /closure/ })
    const page = await app.desk(lead.head)
    await go(page, `/tasks/${task.id}`)
    await bar(page).getByRole('button', { name: '申请办结' }).click()
    const box = dialog(page, '申请办结')
    await box.getByLabel(/^完成情况/).fill('全部完成')
    await app.people.zhouyun.api.post(`/parties/${party.id}/reopening`, { reason: '不全' })
    const { version } = (await work.detail(task.id)).task
    await page.route(/\/closure$/, (route) =>
      route.continue({ postData: JSON.stringify({ ...route.request().postDataJSON(), version }) }),
    )
    await box.getByRole('button', { name: '提交办结申请' }).click()
    await says(box.getByRole('alert'), `${co.unit.name}还没有完成配合`)
    assert.equal(await box.getByLabel(/^完成情况/).inputValue(), '全部完成')
    await box.getByRole('button', { name: '取消' }).click()
    await gone(box)
    await page.getByRole('button', { name: `免除配合 ${co.unit.short_name}` }).click()
    const waiver = dialog(page, '免除配合')
    await waiver.getByLabel(/^免除的理由/).fill('改由本单位完成')
    assert.deepEqual(await violations(page), [])
    await waiver.getByRole('button', { name: '免除', exact: true }).click()
    await toast(page, '已免除')
    await says(page.locator('.task__left'), '已免除')
    await see(bar(page).getByRole('button', { name: '申请办结' }))
  },

  async 'the lead waits, the list says so, and whoever is waited for answers from the to-do list'(app) {
    const { lead, co, work, task } = await withCo(app, '等数据的任务')
    const page = await app.desk(lead.head)
    await go(page, `/tasks/${task.id}`)
    await more(page, '登记等待')
    const box = dialog(page, '登记等待')
    await box.getByRole('button', { name: '登记', exact: true }).click()
    for (const words of ['请选择等待谁', '请写明等什么']) await says(box, words)
    await box.getByRole('radio', { name: co.unit.short_name }).check()
    await box.getByLabel(/^等什么/).fill('基础数据')
    await box.getByLabel(/^预计哪天能有/).fill(dayFromNow(5))
    await box.getByRole('button', { name: '登记', exact: true }).click()
    await toast(page, '已登记等待')
    await says(turn(page), `等待${co.unit.name}`)
    await says(panel(page, '等待'), '已等 0 个工作日')
    await more(page, '登记等待')
    await dialog(page).getByLabel(/^等待的单位或个人/).fill('省厅')
    await dialog(page).getByLabel(/^等什么/).fill('用地批复')
    await dialog(page).getByRole('button', { name: '登记', exact: true }).click()
    await says(panel(page, '等待'), '省厅')
    await go(page, '/tasks')
    await says(page.getByRole('row', { name: /等数据的任务/ }), '等待：')

    const other = await app.desk(co.head)
    await go(other, '/todo')
    await says(other.locator('main'), '基础数据')
    await other.getByRole('button', { name: '答复等待：等数据的任务' }).click()
    const answer = dialog(other, '答复')
    await says(answer, '基础数据')
    await answer.getByLabel(/^答复内容/).fill('数据已发')
    await answer.getByRole('button', { name: '答复', exact: true }).click()
    await toast(other, '已答复')

    const phone = await app.phone(lead.head)
    await go(phone, `/tasks/${task.id}`)
    await says(panel(phone, '等待'), '数据已发')
    await says(turn(phone), '等待省厅')
    assert.equal((await overflow(phone)).beyond, 0)
    assert.deepEqual(await violations(phone), [])
    await phone.getByRole('button', { name: '结束等待 省厅' }).tap()
    await phone.getByLabel(/^结果/).fill('批复下来了')
    await press(phone, '结束等待')
    await toast(phone, '等待已结束')
    assert.ok((await work.detail(task.id)).waits.every((one) => one.ended_at))
    // More time is asked for with what was waited already said.
    await act(phone, '申请延期')
    await says(phone.locator('main'), '本任务等待过：')
    assert.ok(await phone.getByRole('radio', { name: '等待其他单位或上级' }).isChecked())
  },

  async 'a risk is pointed out on the phone, early, and answered at the desk'(app) {
    const { lead, work, task } = await withCo(app, '有风险的任务')
    const phone = await app.phone(lead.head)
    await go(phone, `/tasks/${task.id}`)
    await act(phone, '提示风险')
    await phone.getByLabel(/^可能出什么问题/).fill('雨季施工可能延误')
    await phone.getByLabel(/^需要什么帮助/).fill('请协调夜间施工')
    assert.equal((await overflow(phone)).beyond, 0)
    assert.deepEqual(await violations(phone), [])
    await press(phone, '提示')
    await toast(phone, '已提示')
    await says(panel(phone, '风险提示'), '提前提示')

    const page = await app.desk(app.people.zhouyun)
    await go(page, '/tasks')
    await says(page.getByRole('row', { name: /有风险的任务/ }), '风险 1')
    await go(page, '/todo')
    await page.getByRole('button', { name: '回应风险：有风险的任务' }).click()
    const box = dialog(page, '回应风险')
    await says(box, '请协调夜间施工')
    assert.deepEqual(await violations(page), [])
    await box.getByLabel(/^怎么处理/).fill('已协调，夜间可以施工')
    await box.getByRole('button', { name: '回应', exact: true }).click()
    await toast(page, '已回应')
    await says(panel(phone, '风险提示'), '已协调，夜间可以施工')
    assert.equal((await work.detail(task.id)).task.open_risks, 0)
  },

  async 'the centre asks for a report by a day, and a report nobody has read is taken back'(app) {
    const { lead, work, task } = await withCo(app, '要求上报的任务')
    const page = await app.desk(app.people.zhouyun)
    await go(page, `/tasks/${task.id}`)
    await more(page, '要求上报')
    const box = dialog(page, '要求上报')
    await box.getByRole('button', { name: '发出', exact: true }).click()
    await says(box, '请写明是哪一天')
    await box.getByRole('button', { name: /^\+3 个工作日/ }).click()
    await box.getByLabel(/^要报什么/).fill('报一次汛期情况')
    await box.getByRole('button', { name: '发出', exact: true }).click()
    await toast(page, '已要求上报')
    await says(page.locator('.task__left'), '报一次汛期情况')
    await lead.head.api.post(`/tasks/${task.id}/reports`, { claimed_progress: 30, text: '写错了的进展' })

    const phone = await app.phone(lead.head)
    await go(phone, `/tasks/${task.id}`)
    await act(phone, '撤回上报')
    await says(phone.locator('main'), '写错了的进展')
    await press(phone, '撤回')
    await toast(phone, '上报已撤回')
    await says(phone.getByRole('region', { name: '办理过程' }), '已撤回')
    assert.ok((await work.detail(task.id)).reports[0].withdrawn)
  },

  async 'what nobody has signed is taken back, and what was closed is worked on again'(app) {
    const { unit, head } = await app.org.newBureau()
    const work = new Work(app.people.zhouyun)
    const sent = await work.dispatched('交办错了的任务', unit)
    const page = await app.desk(app.people.zhouyun)
    await go(page, `/tasks/${sent.id}`)
    await more(page, '撤回交办')
    await dialog(page, '撤回交办').getByLabel(/^撤回的理由/).fill('单位选错了')
    assert.deepEqual(await violations(page), [])
    await dialog(page, '撤回交办').getByRole('button', { name: '撤回', exact: true }).click()
    await toast(page, '已撤回，现为草稿')
    await says(page.locator('.tags'), '草拟')

    const done = await work.active('办结早了的任务', unit, head)
    await head.api.post(`/tasks/${done.id}/closure`, { version: done.version, text: '完成' })
    const { requests } = await work.detail(done.id)
    await app.people.zhouyun.api.post(`/requests/${requests[0].id}/decision`, { decision: 'grant' })
    const phone = await app.phone(app.people.zhouyun)
    await go(phone, `/tasks/${done.id}`)
    await act(phone, '重新办理')
    await phone.getByLabel(/^重新办理的理由/).fill('成果不实')
    await phone.getByRole('textbox', { name: '新的期限（选填）', exact: true }).fill(dayFromNow(70))
    await says(phone.locator('main'), '距今 70 天')
    assert.equal((await overflow(phone)).beyond, 0)
    assert.deepEqual(await violations(phone), [])
    await press(phone, '重新办理')
    await toast(phone, '已恢复办理')
    const now = (await work.detail(done.id)).task
    assert.deepEqual([now.state, now.due_day], ['active', dayFromNow(70)])
  },

  async 'tasks are linked, unlinked and merged'(app) {
    const { work, task } = await withCo(app, '后做的任务')
    const { unit, head } = await app.org.newBureau()
    const first = await work.active('先做的事项', unit, head)
    const page = await app.desk(app.people.zhouyun)
    await go(page, `/tasks/${task.id}`)
    await more(page, '关联任务')
    const box = dialog(page, '关联任务')
    await box.getByLabel(/^关联哪项任务/).fill('先做的')
    await box.getByRole('radio', { name: /先做的事项/ }).check()
    await box.getByRole('radio', { name: /它是前置任务/ }).check()
    assert.deepEqual(await violations(page), [])
    await box.getByRole('button', { name: '关联', exact: true }).click()
    await toast(page, '已关联')
    await says(turn(page), '前置任务还没有办结： 先做的事项')
    await says(panel(page, '关联任务'), '前置任务')
    assert.deepEqual(await violations(page), [])

    const phone = await app.phone(app.people.zhouyun)
    await go(phone, `/tasks/${first.id}`)
    await says(panel(phone, '关联任务'), '后续任务')
    await phone.getByRole('button', { name: '取消与“后做的任务”的关联' }).tap()
    await toast(phone, '已取消关联')
    assert.equal((await work.detail(task.id)).links.length, 0)

    await act(phone, '并入其他任务')
    await phone.getByLabel(/^并入哪项任务/).fill('后做的')
    await phone.getByRole('radio', { name: /后做的任务/ }).check()
    await says(phone.locator('main'), '本任务并入“后做的任务”')
    await phone.getByLabel(/^并入的理由/).fill('两项重复')
    assert.equal((await overflow(phone)).beyond, 0)
    assert.deepEqual(await violations(phone), [])
    await press(phone, '并入')
    await toast(phone, '已并入')
    await at(phone, `/m/tasks/${task.id}`)
    const into = await work.detail(task.id)
    assert.ok(into.parties.some((one) => one.unit.id === unit.id && one.role === 'co'))
    assert.equal((await work.detail(first.id)).task.state, 'terminated')
  },

  async 'several tasks are urged at once, and what could not be done says why'(app) {
    const { unit, head } = await app.org.newBureau()
    const work = new Work(app.people.zhouyun)
    await work.active('批量一', unit, head)
    await work.active('批量二', unit, head)
    const draft = await work.draft('批量三（草稿）', unit)
    const page = await app.desk(app.people.zhouyun)
    await go(page, '/tasks?q=批量')
    await page.getByRole('checkbox', { name: '选择 批量一' }).focus()
    await page.keyboard.press('Space')
    const chosen = page.getByRole('region', { name: '批量处理' })
    await says(chosen, '已选 1 件')
    await page.getByRole('checkbox', { name: '选择已显示的全部任务' }).check()
    await says(chosen, '已选 3 件')
    assert.deepEqual(await violations(page), [])
    await chosen.getByRole('button', { name: '督办', exact: true }).click()
    const box = dialog(page, '督办')
    await box.getByRole('button', { name: '督办', exact: true }).click()
    await says(box, '请填写督办内容')
    await box.getByLabel(/^督办内容/).fill('请抓紧办理')
    await box.getByRole('button', { name: '督办', exact: true }).click()
    const progress = dialog(page, '督办 3 件')
    await says(progress, '办理完毕：2 件已办，1 件没有办成')
    const refused = progress.getByRole('listitem').first()
    await says(refused, '没有办成 批量三（草稿）')
    assert.ok((await refused.locator('.why').innerText()).length > 4)
    assert.deepEqual(await violations(page), [])
    await progress.getByRole('button', { name: '关闭' }).last().click()
    await gone(progress)
    // It can be found again, also after the page was loaded anew.
    await page.reload()
    await page.getByRole('button', { name: '查看上次批量处理' }).click()
    await says(dialog(page, '督办 3 件'), '办理完毕')
    await dialog(page).getByRole('link', { name: '批量三（草稿）' }).click()
    await at(page, `/tasks/${draft.id}`)
    // Everything the filter finds, without ticking it.
    await go(page, '/tasks?q=批量')
    await page.getByRole('checkbox', { name: '选择 批量一' }).check()
    await chosen.getByRole('button', { name: '选择符合条件的全部 3 件' }).click()
    await says(chosen, '已选符合条件的全部 3 件')
    await chosen.getByRole('button', { name: '取消选择' }).click()
    await gone(chosen)
  },
}
