import assert from 'node:assert/strict'
import { violations } from '../lib/axe.mjs'
import { at, count, dialog, go, gone, overflow, says, see, toast } from '../lib/page.mjs'
import { act, press } from '../lib/thumb.mjs'
import { until } from '../lib/until.mjs'
import { dayFromNow, Work } from '../lib/work.mjs'

/** What its verbs ask of PostgreSQL, the promises and the API's tests ask there, too. */
export const only = 'sqlite'

export const patience = 120_000

const stream = (page) => page.getByRole('region', { name: '办理过程' })
const box = (page) => page.getByRole('combobox', { name: '评论' })

/** A task under way that the centre has set, and whoever does it. */
async function underWay(app, name) {
  const bureau = await app.org.newBureau()
  const work = new Work(app.people.zhouyun)
  const task = await work.active(name, bureau.unit, bureau.head, bureau.handler)
  return { ...bureau, work, task }
}

export const tests = {
  async 'a leader gives stars on the phone, corrects them, and sees at the desk who has read them'(app) {
    const { task, head } = await underWay(app, '要点评的任务')
    const phone = await app.phone(app.people.wang)
    await go(phone, `/tasks/${task.id}`)
    await act(phone, '点评')
    await at(phone, `/m/tasks/${task.id}/act/rate`)
    assert.equal((await overflow(phone)).beyond, 0)
    await phone.getByRole('radio', { name: /^2 星/ }).check({ force: true })
    await press(phone, '提交点评')
    await says(phone.locator('main'), '请填写点评内容')
    assert.deepEqual(await violations(phone), [])
    await phone.getByRole('radio', { name: /^4 星/ }).check({ force: true })
    await phone.getByLabel(/^点评内容/).fill('推进有力')
    await press(phone, '提交点评')
    await toast(phone, '点评已发出')
    await at(phone, `/m/tasks/${task.id}`)
    await says(phone.locator('.tags'), '点评 ★4.0（1）')
    await act(phone, '点评')
    await says(phone.locator('main'), '您今天点评过')
    await phone.getByRole('radio', { name: /^5 星/ }).check({ force: true })
    await press(phone, '提交点评')
    await toast(phone, '已修改')
    await says(phone.locator('.tags'), '点评 ★5.0（1）')

    const leader = await app.desk(app.people.wang)
    await go(leader, `/tasks/${task.id}`)
    await says(stream(leader), /已读 0／\d/)
    const theirs = await app.desk(head)
    await go(theirs, '/inbox')
    const entry = theirs.locator('.entry').filter({ hasText: '要点评的任务' })
    await says(entry, '领导修改了点评')
    await entry.getByRole('link', { name: '要点评的任务' }).click()
    await says(stream(theirs), '推进有力')
    await see(theirs.getByRole('link', { name: '0 条未读消息' }))
    assert.ok(!(await stream(theirs).innerText()).includes('已读'), 'who has read it is the leaders’ to know')
    await leader.reload()
    await says(stream(leader), /已读 1／\d/)
    await stream(leader).locator('summary').first().click()
    await says(stream(leader), new RegExp(`${head.name} .*已读`))
    assert.deepEqual(await violations(leader), [])
  },

  async 'a unit is rated where it stands in the organisation'(app) {
    const { unit, head } = await underWay(app, '被点评单位的任务')
    const page = await app.desk(app.people.wang)
    await go(page, '/org')
    await page.getByRole('treeitem', { name: unit.short_name }).or(page.getByRole('button', { name: unit.name })).or(page.getByText(unit.name, { exact: true })).first().click()
    const notes = page.getByRole('region', { name: '领导点评' })
    await says(notes, '还没有点评')
    await notes.getByRole('button', { name: '点评这个单位' }).click()
    const form = dialog(page, '点评这个单位')
    await form.getByRole('radio', { name: /^5 星/ }).check({ force: true })
    await form.getByLabel(/^点评内容/).fill('作风扎实')
    assert.deepEqual(await violations(page), [])
    await form.getByRole('button', { name: '提交点评' }).click()
    await toast(page, '点评已发出')
    await says(notes, '点评 ★5.0（1）')
    await says(notes, '作风扎实')
    const theirs = await app.desk(head)
    await go(theirs, '/inbox')
    await says(theirs.locator('main'), `王主任点评${unit.name}：5 星`)
  },

  async 'colleagues talk: by name, quoting, changed, deleted, and nothing is lost by closing the window'(app) {
    const { task, head, handler } = await underWay(app, '要讨论的任务')
    const page = await app.desk(head)
    await go(page, `/tasks/${task.id}`)
    await box(page).fill('写到一半')
    await until('the draft to be kept', () => page.evaluate(() => Object.keys(localStorage).some((key) => key.startsWith('sbc.comment.'))))
    await page.reload()
    await until('the draft to be back', async () => (await box(page).inputValue()) === '写到一半')
    await box(page).fill('')
    await box(page).pressSequentially(`@${handler.name.slice(0, 2)}`)
    await see(page.getByRole('option', { name: handler.name }))
    assert.deepEqual(await violations(page), [])
    await box(page).press('Enter')
    await until('the name', async () => (await box(page).inputValue()) === `@${handler.name} `)
    await box(page).pressSequentially('请补一份图纸')
    const theirs = await app.desk(handler)
    await go(theirs, `/tasks/${task.id}`)
    await says(stream(theirs), '签收')
    await box(page).press('Control+Enter')
    await toast(page, '评论已发表')
    assert.equal(await box(page).inputValue(), '')
    // It is there for whoever looks, without reloading, and its addressee is told.
    await says(stream(theirs), '请补一份图纸')
    await toast(theirs, '有人提到您')
    await theirs.locator('.entry--comment').first().getByRole('button', { name: '引用' }).click()
    await says(stream(theirs), `引用 ${head.name}`)
    await box(theirs).fill('已补')
    await theirs.getByRole('button', { name: '发表', exact: true }).click()
    await says(stream(page).locator('.entry--comment').first(), new RegExp(`${head.name}： ?@${handler.name} 请补一份图纸`))
    // Answered, it can no longer be changed; what was just said can.
    const first = stream(page).locator('.entry--comment').nth(1)
    await count(first.getByRole('button', { name: '修改' }), 0)
    const mine = stream(theirs).locator('.entry--comment').first()
    await mine.getByRole('button', { name: '修改' }).click()
    await mine.getByRole('textbox', { name: '修改' }).fill('已补，见附件')
    await mine.getByRole('button', { name: '保存' }).click()
    await says(mine, '已补，见附件（已修改）')
    theirs.on('dialog', (ask) => void ask.accept())
    await mine.getByRole('button', { name: '删除' }).click()
    await says(mine, '已删除')
    await says(stream(page).locator('.entry--comment').first(), '已删除')
    await stream(page).getByRole('button', { name: /^讨论 2/ }).click()
    await count(stream(page).locator('.entry'), 2)
    assert.deepEqual(await violations(page), [])
    assert.equal((await overflow(page)).beyond, 0)
  },

  async 'a comment from the phone waits for the line and is said once'(app) {
    const { task, handler, work } = await underWay(app, '手机上讨论的任务')
    const page = await app.phone(handler)
    app.windows.offline = true
    await go(page, `/tasks/${task.id}`)
    await see(stream(page))
    await until('the page of a comment to be at hand', () =>
      page.evaluate(() => performance.getEntriesByType('resource').some((one) => one.name.includes('/CommentForm-'))),
    )
    await page.context().setOffline(true)
    await stream(page).getByRole('button', { name: '评论' }).tap()
    await box(page).fill('已到现场')
    await press(page, '发表')
    await toast(page, '没有网络，评论已存好')
    await says(page.locator('.letter'), '待发送')
    await page.context().setOffline(false)
    await toast(page, '评论已发表')
    await says(stream(page), '已到现场')
    const { items } = await work.issuer.api.get(`/tasks/${task.id}/comments`)
    assert.deepEqual(items.map((one) => one.text), ['已到现场'])
    assert.deepEqual(await violations(page), [])
  },

  async 'a task is followed from the list, muted on its page, and found in the inbox'(app) {
    const { task, work, head } = await underWay(app, '要关注的任务')
    const page = await app.desk(app.people.wang)
    await go(page, '/tasks')
    const mark = page.getByRole('button', { name: '关注“要关注的任务”' })
    await mark.click()
    await toast(page, '已关注')
    await until('the mark', async () => (await mark.getAttribute('aria-pressed')) === 'true')
    await go(page, '/tasks?mine=followed')
    await says(page.locator('main'), '我关注的')
    await says(page.locator('main'), '要关注的任务')
    // What somebody follows comes to them, one entry for the task.
    const report = await head.api.post(`/tasks/${task.id}/reports`, { claimed_progress: 40, text: '已完成四成' })
    await work.issuer.api.post(`/reports/${report.reports[0].id}/review`, { decision: 'accept' })
    await toast(page, '关注：上报已采纳')
    const again = await head.api.post(`/tasks/${task.id}/reports`, { claimed_progress: 50, text: '过半' })
    await work.issuer.api.post(`/reports/${again.reports[0].id}/review`, { decision: 'accept' })
    await toast(page, '进度 50%')
    await go(page, '/inbox')
    const entry = page.locator('.entry').filter({ hasText: '要关注的任务' })
    await count(entry, 1)
    await says(entry, '2 条未读')
    await entry.getByRole('button', { name: /展开/ }).click()
    await says(entry, '进度 40%')
    assert.deepEqual(await violations(page), [])
    await entry.getByRole('button', { name: /^全部已读/ }).click()
    await gone(entry.getByText('条未读'))
    await go(page, `/tasks/${task.id}`)
    await page.getByRole('button', { name: /^已关注/ }).click()
    await page.getByRole('button', { name: /^免打扰/ }).click()
    await toast(page, '已设为免打扰')
    await see(page.getByRole('button', { name: /^免打扰/ }))
    const phone = await app.phone(app.people.wang)
    await go(phone, '/inbox')
    await says(phone.locator('.entry').first(), '要关注的任务')
    assert.equal((await overflow(phone)).beyond, 0)
    assert.deepEqual(await violations(phone), [])
  },

  async 'a list of urges follows what others do, takes nothing away that is being written, and counts as read what it shows'(app) {
    const { task, head } = await underWay(app, '答复得比电话快的任务')
    const { wang } = app.people
    const { items } = await wang.api.post(`/tasks/${task.id}/urges`, { text: '何时完成', reply_due_day: dayFromNow(3) })
    const page = await app.desk(wang)
    await go(page, '/urges?side=sent')
    const card = page.locator('.urge').filter({ hasText: '答复得比电话快的任务' })
    await card.getByRole('button', { name: '记下电话答复' }).click()
    await card.getByLabel(/^对方的答复/).fill('电话里说周五')
    await head.api.post(`/urges/${items[0].id}/reply`, { text: '周五前完成' })
    await says(card, '周五前完成')
    await says(card, '现在不能记下电话答复了')
    assert.equal(await card.getByLabel(/^对方的答复/).inputValue(), '电话里说周五')
    assert.ok(await card.getByRole('button', { name: '登记答复' }).isDisabled())
    assert.deepEqual(await violations(page), [])
    await until('the answer to count as read', async () => {
      const unread = (await wang.api.get('/messages?unread=true')).items
      return !unread.some((message) => message.urge_id === items[0].id)
    })
  },

  async 'whoever pressed asks again in the same thread, and accepts the answer'(app) {
    const { task, head } = await underWay(app, '要追问的任务')
    const { items } = await app.people.wang.api.post(`/tasks/${task.id}/urges`, { text: '何时完成', reply_due_day: dayFromNow(3) })
    await head.api.post(`/urges/${items[0].id}/reply`, { text: '尽快' })
    const page = await app.desk(app.people.wang)
    await go(page, `/tasks/${task.id}`)
    const card = stream(page).locator('.entry--urge')
    await says(card, '尽快')
    await card.getByRole('button', { name: '追问' }).click()
    await card.getByRole('button', { name: '发出追问' }).click()
    await says(card, '请填写追问')
    await card.getByRole('textbox', { name: '追问' }).fill('哪一天？')
    assert.deepEqual(await violations(page), [])
    await card.getByRole('button', { name: '发出追问' }).click()
    await toast(page, '追问已发出')
    await says(card, /请在 .+ 前回复/)
    const phone = await app.phone(head)
    await go(phone, '/todo')
    await phone.getByRole('button', { name: '回复：要追问的任务' }).tap()
    await says(phone.locator('blockquote'), '哪一天？')
    await phone.getByLabel(/^回复内容/).fill('3月1日')
    await press(phone, '回复')
    await toast(phone, '已回复')
    await says(card, '3月1日')
    await card.getByRole('button', { name: '认可回复' }).click()
    await toast(page, '已认可')
    await says(card, '已回复，已认可')
    await go(page, '/urges?side=sent')
    await says(page.locator('main'), '3月1日')
    assert.deepEqual(await violations(page), [])
  },
}
