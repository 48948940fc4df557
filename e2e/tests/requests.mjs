import assert from 'node:assert/strict'
import { violations } from '../lib/axe.mjs'
import { at, choose, dialog, go, gone, overflow, says, see, toast } from '../lib/page.mjs'
import { act, pick, press } from '../lib/thumb.mjs'
import { until } from '../lib/until.mjs'
import { dayFromNow, Work } from '../lib/work.mjs'

/** What its verbs ask of PostgreSQL, the promises and the API's tests ask there, too. */
export const only = 'sqlite'

export const patience = 120_000

const bar = (page) => page.getByRole('region', { name: '现在要做的' })
const stream = (page) => page.getByRole('region', { name: '办理过程' })
const banner = (page) => page.getByRole('note')

/** A task under way that the centre has set, and whoever does it. */
async function underWay(app, name, more) {
  const bureau = await app.org.newBureau()
  const work = new Work(app.people.zhouyun)
  const task = await work.active(name, bureau.unit, bureau.head, bureau.handler, more)
  return { ...bureau, work, task }
}

/** The menu of what can be asked for. */
async function ask(page, item) {
  await bar(page).getByRole('button', { name: '申请', exact: true }).click()
  await page.locator('.pop').getByRole('button', { name: item, exact: true }).click()
}

/** Opens the request from the to-do list: one press, and the dialog is there. */
async function fromTodo(page, title) {
  await go(page, '/todo')
  await page.getByRole('button', { name: `审批申请：${title}` }).click()
  return see(dialog(page, '审批申请'))
}

const extend = async (who, task, day, more = {}) => {
  const { task: now } = await who.api.get(`/tasks/${task.id}`)
  const body = { version: now.version, kind: 'extend', reason: '等上级批复', reason_class: 'waiting', new_day: day, ...more }
  const { requests } = await who.api.post(`/tasks/${task.id}/requests`, body)
  return requests.find((one) => one.state === 'open' && one.kind === 'extend').id
}

export const tests = {
  async 'the handler asks for more time on the phone, and the centre grants another day at the desk'(app) {
    const { work, task, handler } = await underWay(app, '要延期的任务', { due: { day: dayFromNow(20) } })
    const phone = await app.phone(handler)
    await go(phone, `/tasks/${task.id}`)
    await act(phone, '申请延期')
    await at(phone, `/m/tasks/${task.id}/act/extend`)
    assert.equal((await overflow(phone)).beyond, 0)
    await press(phone, '提交申请')
    for (const words of ['请选择原因类别', '请写明是哪一天', '请填写延期理由']) await says(phone.locator('main'), words)
    assert.deepEqual(await violations(phone), [])
    await phone.getByRole('radio', { name: '等待其他单位或上级' }).check()
    await phone.getByRole('button', { name: /^\+5 个工作日/ }).tap()
    await says(phone.locator('main'), /比现在的期限 \S+ 晚 5 个工作日/)
    await phone.getByLabel(/^延期理由/).fill('省厅批复还没有下来')
    await press(phone, '提交申请')
    await toast(phone, '申请已提交')
    await at(phone, `/m/tasks/${task.id}`)
    await says(phone.locator('.tags'), '延期待审批')
    const [asked] = (await work.detail(task.id)).requests
    assert.equal(asked.reason_class, 'waiting')

    const page = await app.desk(app.people.zhouyun)
    const box = await fromTodo(page, '要延期的任务')
    await says(box, '省厅批复还没有下来')
    await says(box, '等待其他单位或上级')
    await says(box, '（+5 个工作日）')
    assert.deepEqual(await violations(page), [])
    const day = dayFromNow(40)
    await box.getByLabel(/^同意延到/).fill(day)
    await says(box, /比现在的期限 \S+ 晚 \d+ 个工作日/)
    await box.getByLabel(/^审批意见/).fill('给足时间，不再延')
    await box.getByRole('button', { name: '确定' }).click()
    await toast(page, '已审批')
    await go(page, `/tasks/${task.id}`)
    await says(stream(page), `期限由${task.due_day}改为${day}`)
    await says(stream(page), '给足时间，不再延')
    assert.ok(!(await stream(page).innerText()).includes('extended'), 'words, no codes')
    assert.equal((await work.detail(task.id)).task.due_day, day)
    // It follows on the phone by itself.
    await says(phone.locator('main'), `期限由${task.due_day}改为${day}`)
  },

  async 'a day that cannot be is refused at its field, and a faster colleague costs nothing that was typed'(app) {
    const { task, handler } = await underWay(app, '被人抢先改过的任务', { due: { day: dayFromNow(20) } })
    app.expect({ status: 422, path: /requests/ }, { status: 409, path: /requests/ })
    const page = await app.desk(handler)
    await go(page, `/tasks/${task.id}`)
    await ask(page, '延期')
    const box = dialog(page, '申请延期')
    await box.getByRole('radio', { name: '自身原因' }).check()
    await box.getByLabel(/^延期到/).fill(dayFromNow(10))
    await box.getByLabel(/^延期理由/).fill('人手不足')
    await says(box, '新的期限应晚于现在的期限')
    await box.getByRole('button', { name: '提交申请' }).click()
    await says(box.locator('.field__error'), `应晚于现在的期限 ${task.due_day}`)
    await box.getByLabel(/^延期到/).fill('10个工作日内')
    await says(box, /晚 10 个工作日/)
    const { version } = (await app.people.zhouyun.api.get(`/tasks/${task.id}`)).task
    await app.people.zhouyun.api.patch(`/tasks/${task.id}`, { version, demand: '另加一项要求' })
    // The page may have heard of it already: what goes out first is as if it had not.
    let unheard = true
    await page.route(/\/api\/v1\/tasks\/[^/]+\/requests$/, (route) => {
      const body = route.request().postDataJSON()
      if (unheard) body.version = version
      unheard = false
      return route.continue({ postData: JSON.stringify(body) })
    })
    await box.getByRole('button', { name: '提交申请' }).click()
    await says(dialog(page, '内容已被更新'), '您填写的内容都还在')
    await dialog(page, '内容已被更新').getByRole('button', { name: '载入最新内容，继续填写' }).click()
    await gone(page.getByRole('dialog', { name: '内容已被更新' }))
    assert.equal(await box.getByLabel(/^延期理由/).inputValue(), '人手不足')
    await box.getByRole('button', { name: '提交申请' }).click()
    await toast(page, '申请已提交')
    await says(stream(page), '自身原因')
  },

  async 'two agree to what matters most: the centre, then a leader on the phone in two taps'(app) {
    const { work, task, handler } = await underWay(app, '重大的延期', { importance: 'major', due: { day: dayFromNow(20) } })
    const day = dayFromNow(34)
    await extend(handler, task, day)
    const page = await app.desk(app.people.zhouyun)
    await go(page, `/tasks/${task.id}`)
    await bar(page).getByRole('button', { name: '审批申请' }).click()
    const box = dialog(page, '审批申请')
    await says(box, '您同意后，再报管委领导审批')
    // What the first one would grant instead would be lost: only the last one is asked.
    assert.equal(await box.getByLabel(/^同意延到/).count(), 0)
    await box.getByLabel(/^审批意见/).fill('情况属实')
    await box.getByRole('button', { name: '确定' }).click()
    await toast(page, '已审批')
    await says(stream(page), '已同意，待上级审批')
    await says(stream(page), '周运已同意')
    await gone(bar(page).getByRole('button', { name: '审批申请' }))
    assert.equal((await work.detail(task.id)).task.due_day, task.due_day)

    const phone = await app.phone(app.people.wang)
    await go(phone, '/todo')
    await phone.getByRole('button', { name: '审批：重大的延期' }).tap()
    await says(phone.locator('main'), '周运已同意')
    await says(phone.locator('main'), '您同意后即生效')
    assert.equal((await overflow(phone)).beyond, 0)
    assert.deepEqual(await violations(phone), [])
    await press(phone, '同意')
    await toast(phone, '已审批')
    assert.equal((await work.detail(task.id)).task.due_day, day)
    await says(stream(page), `改为${day}`)
  },

  async 'the centre asks to suspend, a colleague grants it, and it goes on again'(app) {
    const { work, task, unit, handler } = await underWay(app, '要停一停的任务', { due: { day: dayFromNow(-4) }, start_day: dayFromNow(-30) })
    const other = await app.org.colleague()
    assert.equal(task.lamp.lamp, 'red')
    const page = await app.desk(app.people.zhouyun)
    await go(page, `/tasks/${task.id}`)
    await ask(page, '中止')
    const box = dialog(page, '申请中止')
    await box.getByLabel(/^中止理由/).fill('等规划调整')
    await box.getByRole('button', { name: '提交申请' }).click()
    await says(box.getByRole('alert'), '请填写依据文件')
    assert.deepEqual(await violations(page), [])
    await box.getByLabel(/^依据文件/).fill('滨办〔2026〕3号')
    await box.getByLabel(/^预计恢复日期/).fill(dayFromNow(30))
    await box.getByRole('button', { name: '提交申请' }).click()
    await toast(page, '申请已提交')
    await says(page.locator('.tags'), '中止待审批')
    assert.equal(await bar(page).getByRole('button', { name: '审批申请' }).count(), 0, 'not by whoever asked')

    const theirs = await app.desk(other)
    const matter = await fromTodo(theirs, '要停一停的任务')
    await says(matter, '滨办〔2026〕3号')
    await matter.getByRole('button', { name: '确定' }).click()
    await toast(theirs, '已审批')
    await says(banner(page), /^已中止（自 \S+ 起），停止计时。 ?依据：滨办〔2026〕3号/)
    await says(banner(page), '等规划调整')
    const stopped = (await work.detail(task.id)).task
    assert.deepEqual([stopped.state, stopped.lamp.lamp, stopped.overdue_days], ['suspended', 'grey', 0])
    await says(page.locator('.facts'), '停止计时')
    assert.ok(!(await page.locator('.facts').innerText()).includes('未启动'), 'grey is not “not begun” here')
    assert.deepEqual(await violations(page), [])

    // The handler sees it on the phone and asks to go on, where it says that it stands still.
    const phone = await app.phone(handler)
    await go(phone, `/tasks/${task.id}`)
    await says(banner(phone), '已中止')
    assert.equal((await overflow(phone)).beyond, 0)
    await banner(phone).getByRole('button', { name: '申请恢复办理' }).tap()
    await phone.getByLabel(/^恢复理由/).fill('规划已经调整')
    await press(phone, '提交申请')
    await toast(phone, '申请已提交')
    await go(page, '/tasks?state=suspended')
    await says(page.locator('main'), '要停一停的任务')
    await says(page.locator('main'), '中止')
    await (await fromTodo(page, '要停一停的任务')).getByRole('button', { name: '确定' }).click()
    await toast(page, '已审批')
    await gone(banner(phone))
    const { due_day, state } = (await work.detail(task.id)).task
    assert.deepEqual([state, due_day], ['active', task.due_day], 'no working day has passed, so none is added')
    await says(stream(phone), '恢复办理，期限不变')
    assert.ok(unit)
  },

  async 'ending a task ends those below it, and only somebody else decides on it'(app) {
    const { work, task, unit, head } = await underWay(app, '不再办的任务')
    const other = await app.org.colleague()
    const below = ['第一步', '第二步'].map((title) => ({ title, weight: 50, parties: [{ unit_id: unit.id, role: 'lead' }], due: { day: dayFromNow(30) } }))
    const made = await app.people.zhouyun.api.put(`/tasks/${task.id}/children`, { version: task.version, children: below })
    await app.people.zhouyun.api.post(`/tasks/${task.id}/submission`, { version: made.task.version, not_secret: true }).catch(() => undefined)
    const page = await app.desk(app.people.zhouyun)
    await go(page, `/tasks/${task.id}`)
    await ask(page, '终止')
    const box = dialog(page, '申请终止')
    await says(box, '连同全部下级任务（直接下级 2 项）一并终止，不计入完成率')
    assert.deepEqual(await violations(page), [])
    await box.getByLabel(/^终止理由/).fill('上级取消了这项工作')
    await box.getByRole('button', { name: '提交申请' }).click()
    await toast(page, '申请已提交')
    assert.equal(await bar(page).getByRole('button', { name: '审批申请' }).count(), 0)

    const phone = await app.phone(other)
    await go(phone, '/todo')
    await phone.getByRole('button', { name: '审批：不再办的任务' }).tap()
    await says(phone.locator('main'), '连同全部下级任务')
    await press(phone, '同意')
    await toast(phone, '已审批')
    await says(banner(page), /^已于 \S+ 终止，不计入完成率。 ?原因：上级取消了这项工作/)
    const { children } = await work.detail(task.id)
    assert.deepEqual(children.map((child) => child.state), ['terminated', 'terminated'])
    await go(page, `/tasks/${children[0].id}`)
    await says(banner(page), '随上级任务一并办理')
    const theirs = await app.desk(head)
    await go(theirs, '/tasks?state=terminated')
    await says(theirs.locator('main'), '第一步')
    await go(theirs, `/tasks/${task.id}`)
    await see(banner(theirs))
    assert.equal(await bar(theirs).getByRole('button', { name: '申请', exact: true }).count(), 0)
  },

  async 'a task is passed to another unit than the one proposed'(app) {
    const { work, task, head } = await underWay(app, '要转办的任务')
    const { unit } = await app.org.newBureau()
    const phone = await app.phone(head)
    await go(phone, `/tasks/${task.id}`)
    await act(phone, '申请转办')
    await press(phone, '提交申请')
    await says(phone.locator('main'), '请选择转给哪个单位')
    await pick(phone, '转给哪个单位', app.units.other.name)
    await phone.getByLabel(/^转办理由/).fill('职责已划走')
    await press(phone, '提交申请')
    await toast(phone, '申请已提交')
    // Once it is somebody else's, this unit no longer sees it: an open page would be told so by a 404.
    await go(phone, '/todo')
    const page = await app.desk(app.people.zhouyun)
    const box = await fromTodo(page, '要转办的任务')
    await says(box, app.units.other.name)
    await choose(box, '同意转给', unit.name)
    await box.getByRole('button', { name: '确定' }).click()
    await toast(page, '已审批')
    const [party] = (await work.detail(task.id)).parties
    assert.deepEqual([party.unit.id, party.state], [unit.id, 'unsigned'])
    await go(page, `/tasks/${task.id}`)
    await says(stream(page), `转给${unit.name}`)
  },

  async 'what was refused is looked at again by somebody who took no part'(app) {
    const { work, task, handler } = await underWay(app, '要复核的任务', { due: { day: dayFromNow(20) } })
    const other = await app.org.colleague()
    const day = dayFromNow(30)
    await extend(handler, task, day)
    const page = await app.desk(app.people.zhouyun)
    const box = await fromTodo(page, '要复核的任务')
    await box.getByRole('radio', { name: '不同意' }).check()
    await box.getByRole('button', { name: '确定' }).click()
    await says(box.getByRole('alert'), '请填写审批意见')
    await box.getByLabel(/^审批意见/).fill('还有时间')
    await box.getByRole('button', { name: '确定' }).click()
    await toast(page, '已审批')

    const phone = await app.phone(handler)
    await go(phone, `/tasks/${task.id}`)
    await says(stream(phone), '不同意')
    await says(stream(phone), '还有时间')
    await stream(phone).getByRole('button', { name: '申请复核' }).tap()
    await says(phone.locator('main'), '延期申请 不同意')
    assert.deepEqual(await violations(phone), [])
    await phone.getByLabel(/^复核理由/).fill('批复文件确实没有到')
    await press(phone, '提交申请')
    await toast(phone, '申请已提交')
    const mine = await app.people.zhouyun.api.get(`/tasks/${task.id}`)
    assert.ok(!mine.can.includes('decide'), 'whoever refused does not look again')

    const theirs = await app.desk(other)
    const second = await fromTodo(theirs, '要复核的任务')
    await says(second, '批复文件确实没有到')
    await says(second, '还有时间')
    await second.getByRole('button', { name: '确定' }).click()
    await toast(theirs, '已审批')
    assert.equal((await work.detail(task.id)).task.due_day, day)
    await says(stream(phone), `改为${day}`)
  },

  async 'a check that failed may be looked at again, at the desk'(app) {
    const { work, task, handler } = await underWay(app, '核查没有通过的任务')
    const other = await app.org.colleague()
    const asked = await handler.api.post(`/tasks/${task.id}/closure`, { version: task.version, text: '都做完了' })
    await app.people.zhouyun.api.post(`/requests/${asked.requests[0].id}/decision`, { decision: 'grant' })
    const { task: closed } = await work.detail(task.id)
    await other.api.post(`/tasks/${task.id}/verification`, { version: closed.version, result: 'fail', text: '现场没有看到' })
    const page = await app.desk(handler)
    await go(page, `/tasks/${task.id}`)
    await stream(page).getByRole('button', { name: '申请复核' }).click()
    const box = dialog(page, '申请复核')
    await says(box, '现场没有看到')
    await box.getByLabel(/^复核理由/).fill('看错了地方')
    await box.getByRole('button', { name: '提交申请' }).click()
    await toast(page, '申请已提交')
    // Whoever granted it and whoever checked it took part.
    const theirs = await app.desk(await app.org.colleague())
    await (await fromTodo(theirs, '核查没有通过的任务')).getByRole('button', { name: '确定' }).click()
    await toast(theirs, '已审批')
    assert.equal((await work.detail(task.id)).task.state, 'settled')
  },

  async 'what one has asked for is taken back, at the desk and on the phone'(app) {
    const { work, task, handler } = await underWay(app, '申请了又撤回的任务', { due: { day: dayFromNow(20) } })
    await extend(handler, task, dayFromNow(30))
    const page = await app.desk(handler)
    await go(page, `/tasks/${task.id}`)
    await stream(page).getByRole('button', { name: '撤回申请' }).click()
    await dialog(page, '撤回申请').getByRole('button', { name: '撤回申请' }).click()
    await toast(page, '申请已撤回')
    await says(stream(page), '已撤回')
    await extend(handler, task, dayFromNow(31))
    const phone = await app.phone(handler)
    await go(phone, `/tasks/${task.id}`)
    await act(phone, '撤回申请')
    await see(phone.getByRole('heading', { name: '撤回申请', level: 1 }))
    assert.deepEqual(await violations(phone), [])
    await press(phone, '撤回申请')
    await toast(phone, '申请已撤回')
    const { requests } = await work.detail(task.id)
    assert.deepEqual(requests.map((one) => one.state), ['withdrawn', 'withdrawn'])
    // Then it may be asked for again.
    await act(phone, '申请延期')
    await see(phone.getByLabel(/^延期理由/))
  },

  async 'several requests on one task are told apart'(app) {
    const { work, task, head, handler } = await underWay(app, '两项申请的任务', { due: { day: dayFromNow(20) } })
    await extend(handler, task, dayFromNow(30))
    const { version } = (await work.detail(task.id)).task
    await head.api.post(`/tasks/${task.id}/requests`, { version, kind: 'amend', reason: '指标由 21 家改为 18 家' })
    const page = await app.desk(app.people.zhouyun)
    await go(page, '/todo')
    const lines = page.locator('.duty').filter({ hasText: '两项申请的任务' })
    await until('two lines', async () => (await lines.count()) === 2)
    const box = dialog(page, '审批申请')
    await lines.filter({ hasText: '延期' }).getByRole('button').click()
    await says(box.locator('blockquote'), '等上级批复')
    await box.getByRole('button', { name: '取消' }).click()
    await gone(box)
    await lines.filter({ hasText: '变更' }).getByRole('button').click()
    await says(box.locator('blockquote'), '指标由 21 家改为 18 家')
    await box.getByRole('button', { name: '确定' }).click()
    await toast(page, '已审批')
    const { requests } = await work.detail(task.id)
    assert.deepEqual(Object.fromEntries(requests.map((one) => [one.kind, one.state])), { extend: 'open', amend: 'granted' })
  },

  async 'in English, by the keyboard'(app) {
    const { task, handler } = await underWay(app, 'Pave the north road', { due: { day: dayFromNow(20) } })
    const page = await app.desk(handler)
    await page.addInitScript(() => localStorage.setItem('sbc.locale', JSON.stringify('en')))
    await go(page, `/tasks/${task.id}`)
    await page.getByRole('button', { name: 'Request', exact: true }).focus()
    await page.keyboard.press('Enter')
    await until('the menu to have the focus', () => page.evaluate(() => document.activeElement?.classList.contains('pop__item')))
    await page.keyboard.press('Enter')
    const box = dialog(page, 'Ask for more time')
    await until('the first field to have the focus', () => box.evaluate((node) => node.contains(document.activeElement)))
    await page.keyboard.press('Space')
    await box.getByRole('button', { name: /^\+3 working days/ }).press('Enter')
    await box.getByLabel(/^Why more time/).fill('No stone')
    await says(box, /3 working days later than it is due now/)
    const left = (await box.innerText()).split('\n').filter((line) => /\p{Script=Han}/u.test(line))
    assert.deepEqual(left, [])
    await page.keyboard.press('Tab')
    await box.getByRole('button', { name: 'Send request' }).press('Enter')
    await see(page.locator('.toast').filter({ hasText: 'Request sent' }))
    await says(page.locator('.tags'), 'Extension pending')
  },
}
