import assert from 'node:assert/strict'
import { go, says } from '../lib/page.mjs'
import { until } from '../lib/until.mjs'
import { dayFromNow, Work } from '../lib/work.mjs'

/** What its verbs ask of PostgreSQL, the promises and the API's tests ask there, too. */
export const only = 'sqlite'

/** Messages go out, to gateways of the test's own. */
export const ways = true
/** Days go by. */
export const demoClock = true
export const patience = 240_000

const NUMBER = '13900005678'
const TITLE = '拆除临街违章建筑'

const post = (app, path, fields) => fetch(app.ways.url + path, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' })
const letters = async (app) => (await (await fetch(`${app.ways.url}/messages`)).json()).filter(({ to }) => to.endsWith(NUMBER))

async function bindWechat(app, { api }) {
  const { url } = await api.post('/me/addresses/openid-codes', { gateway: 'wechat' })
  await post(app, '/wechat/scan', { ticket: url.split('/').pop(), openid: 'o-demonstration-01' })
}

/** Puts the time forward to an hour, of today where that lies ahead; everything that falls due until then has been seen to. */
async function forwardTo(app, hour) {
  const { admin } = app.org
  const { now } = await admin.get('/demo/clock')
  const left = (24 + hour - Number(now.slice(11, 13))) % 24 || 24
  await admin.post('/demo/clock', { hours: left })
  await until('the system to have caught up', async () => (await admin.get('/reminders/state')).due === 0, 30_000)
  await until('what is due to have left', async () => (await admin.get('/deliveries?state=queued&limit=50')).items.every((one) => one.due_at > now), 30_000)
}

export const tests = {
  async 'a task falls overdue, is heard of in the system, by WeChat and by SMS, and a one in answer ends it'(app) {
    const { unit, head, handler } = await app.org.newBureau()
    const { admin, people } = { admin: app.org.admin, people: app.people }
    const person = (await admin.get(`/persons?q=${encodeURIComponent(handler.name)}`)).items.find((one) => one.id === handler.id)
    await admin.patch(`/persons/${handler.id}`, { version: person.version, phone: NUMBER })
    await bindWechat(app, handler)
    const work = new Work(people.zhouyun)
    const task = await work.active(TITLE, unit, head, handler, { due: { day: dayFromNow(0) }, start_day: dayFromNow(-9) })
    const mine = async () => (await handler.api.get('/messages')).items.filter((one) => one.task_id === task.id && one.title.includes('逾期'))
    const wechat = async () => (await fetch(`${app.ways.url}/wechat/messages`)).text()

    // In the morning of the first working day after it: in the system and by WeChat, and no short message yet.
    for (let day = 0; day < 12 && !(await mine()).length; day++) {
      await forwardTo(app, 8)
      await forwardTo(app, 10)
    }
    assert.equal((await mine()).length, 1)
    const page = await app.desk(handler, { colorScheme: 'light' })
    await go(page, '/inbox')
    await says(page.locator('main'), /任务已逾期.*拆除临街违章建筑/)
    await until('the message of WeChat', async () => /任务已逾期[^]*“拆除临街违章建筑”应于/.test(await wechat()))
    const before = (await letters(app)).filter(({ text }) => text.includes('逾期'))
    assert.deepEqual(before, [])

    // In the afternoon by SMS, which says how it is answered.
    await forwardTo(app, 15)
    const [letter] = await until('the short message', async () => {
      const came = (await letters(app)).filter(({ text }) => text.includes('逾期'))
      return came.length > 0 && came
    })
    assert.match(letter.text, /“拆除临街违章建筑”应于.*已逾期 1 个工作日.*收到请回复1。$/)

    // The answer ends the ladder, and the ledger says so. Nobody had to sign in anew for all the days that have gone by.
    assert.equal((await post(app, '/answer', { to: letter.to, text: '1' })).status, 303)
    await until('the answer to be understood', async () => {
      const { items } = await people.zhouyun.api.get(`/tasks/${task.id}/timeline`)
      return items.some(({ action, actor }) => action === 'acknowledged' && actor.id === handler.id)
    })
    await go(page, `/tasks/${task.id}`)
    await says(page.locator('main'), /确认收到“逾期未办结”提醒，后续提醒停止/)
    for (const hour of [10, 15, 10, 15, 10]) await forwardTo(app, hour)
    const after = (await letters(app)).filter(({ text }) => text.includes('逾期'))
    assert.equal(after.length, 1, JSON.stringify(after))
  },
}
