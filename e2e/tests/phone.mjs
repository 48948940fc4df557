import assert from 'node:assert/strict'
import { photo, png } from '../lib/photo.mjs'
import { at, clean, count, go, gone, mark, overflow, says, see, signInAs, toast } from '../lib/page.mjs'
import { act, pick, press, slide } from '../lib/thumb.mjs'
import { until } from '../lib/until.mjs'
import { dayFromNow, Work } from '../lib/work.mjs'

/** What its verbs ask of PostgreSQL, the promises and the API's tests ask there, too. */
export const only = 'sqlite'

/** The walk over every page takes its time on a busy machine. */
export const patience = 180_000

const LONG = '关于进一步加强滨海新区北岸片区入河排污口排查整治和雨污管网分流改造统筹推进工作的任务（第二批次第十七项）'
const tabs = (page) => page.getByRole('navigation', { name: '主导航' })
const title = (page, words) => see(page.getByRole('heading', { name: words, level: 1 }))
const reportsOf = async (work, id) => (await work.detail(id)).reports

/** A task under way, and whoever handles it. */
async function underWay(app, name, more) {
  const bureau = await app.org.newBureau()
  const work = new Work(app.people.zhouyun)
  const task = await work.active(name, bureau.unit, bureau.head, bureau.handler, more)
  return { ...bureau, work, task }
}

/** Whoever loses the line has the next pages already: they are fetched a moment after the first has come. */
const atHand = (page) =>
  until('the pages for a bad line to be at hand', () =>
    page.evaluate(() => {
      const come = performance.getEntriesByType('resource').map((one) => one.name)
      const asked = [...document.querySelectorAll('link[rel="modulepreload"], link[rel="stylesheet"]')].map((one) => one.href)
      const pages = ['ActPage', 'TaskPage', 'OutboxPage', 'TodoPage']
      return pages.every((name) => come.some((url) => url.includes(`/${name}-`))) && asked.every((url) => come.includes(url))
    }),
  )

/** Fills a report as far as the button. */
async function fillReport(page, { progress, text, file }) {
  await slide(page, '完成进度', progress)
  await page.getByLabel(/^进展情况/).fill(text)
  if (file) {
    await page.getByLabel('拍照').setInputFiles(file)
    await see(page.locator('.got img'))
  }
}

export const tests = {
  async 'signing in on a phone leads to the role’s own start'(app) {
    const page = await app.phone()
    app.expect({ status: 401, path: /\/session$/ })
    await go(page, '')
    await at(page, '/m/sign-in')
    assert.equal((await overflow(page)).beyond, 0)
    await signInAs(page, app.people.chen.login, 'falsch-Falsch-1')
    await says(page.getByRole('alert'), '账号或密码不对')
    await signInAs(page, app.people.chen.login, app.people.chen.password)
    await at(page, '/m/todo')
    await title(page, '待办')

    const leader = await app.phone()
    await go(leader, '/tasks')
    await at(leader, '/m/sign-in?next=/tasks')
    await signInAs(leader, app.people.wang.login, app.people.wang.password)
    await at(leader, '/m/tasks')
    await go(leader, '')
    await at(leader, '/m/board')
    await says(leader.locator('main'), '哪些亮红灯，谁在负责')
  },

  async 'an initial password is changed on the phone, too, and one signs out there'(app) {
    const person = await app.org.person({ login: 'shoujiren', name: '手机人', unit_id: app.units.bureau.id, post_name: '科员', post_kind: 'staff', settled: false })
    const page = await app.phone()
    await go(page, '/todo')
    await signInAs(page, person.login, person.initial)
    await at(page, /^\/m\/password/)
    const field = (name) => page.locator('label.field').filter({ has: page.locator('.field__label', { hasText: new RegExp(`^${name}$`) }) }).locator('input')
    await field('现在的密码').fill(person.initial)
    await field('新密码').fill('Shouji-2026-renren')
    await field('再输一遍新密码').fill('Shouji-2026-renren')
    await press(page, '保存')
    await at(page, '/m/todo')
    await tabs(page).getByRole('link', { name: '我的' }).tap()
    await says(page.locator('main'), '手机人')
    await press(page, '退出登录')
    await at(page, '/m/sign-in')
  },

  async 'the five tabs and every page behind them fit 360 and 375 pixels'(app) {
    const { work, unit, head, handler } = await underWay(app, LONG, { due: { day: dayFromNow(-3) }, start_day: dayFromNow(-30), importance: 'major', urgency: 'critical' })
    const open = await work.dispatched(`${LONG}之二`, unit, { parties: [{ unit_id: unit.id, role: 'lead' }, { unit_id: app.units.other.id, role: 'co' }] })
    const task = await work.active(`${LONG}之三`, unit, head, handler)
    await handler.api.post(`/tasks/${task.id}/reports`, { claimed_progress: 40, text: `${LONG}${LONG}` })
    await app.people.wang.api.post(`/tasks/${task.id}/urges`, { text: LONG })
    const paths = ['/todo', '/tasks', '/urges', '/board', '/me', '/inbox', '/outbox', '/tasks/new', '/password', `/tasks/${task.id}`, `/tasks/${open.id}`]
    for (const action of ['report', 'urge', 'reply', 'request_close', 'assign', 'review']) paths.push(`/tasks/${task.id}/act/${action}`)
    for (const action of ['sign', 'return']) paths.push(`/tasks/${open.id}/act/${action}`)
    paths.push(`/tasks/${task.id}/decompose`, '/no/such/page')
    const wide = []
    for (const width of [360, 375]) {
      for (const who of [head, app.people.wang]) {
        const page = await app.phone(who, { viewport: { width, height: 740 } })
        for (const path of paths) {
          await go(page, path)
          await see(page.locator('main'))
          await until(`${path} to be filled`, async () => (await page.locator('.skeleton').count()) === 0)
          const { beyond, who: culprits } = await overflow(page)
          if (beyond > 0) wide.push(`${path} at ${width} px for ${who.name}: ${beyond} px too wide: ${culprits.join(', ')}`)
        }
      }
    }
    assert.deepEqual(wide, [])
  },

  async 'the bottom bar leads to its five pages and counts what waits'(app) {
    const { unit, head } = await underWay(app, '底栏用的任务')
    await new Work(app.people.zhouyun).dispatched('底栏待签收', unit, { urgency: 'critical' })
    const page = await app.phone(head)
    await go(page, '')
    await at(page, '/m/todo')
    await says(tabs(page).getByRole('link', { name: /^待办/ }), '待办')
    assert.match(clean(await tabs(page).innerText()), /^1? ?待办.*任务.*督办.*看板.*我的/)
    for (const [name, path] of [['任务', '/m/tasks'], ['督办', '/m/urges'], ['看板', '/m/board'], ['我的', '/m/me'], ['待办', '/m/todo']]) {
      await tabs(page).getByRole('link', { name: new RegExp(`^${name}`) }).tap()
      await at(page, path)
      await title(page, name)
    }
    await says(page.locator('main'), '特急')
    // Signing for it is one tap, where it stands.
    await page.getByRole('button', { name: '签收：底栏待签收' }).tap()
    await toast(page, '已签收')
    await gone(page.getByRole('button', { name: '签收：底栏待签收' }))
  },

  async 'a report with a photo goes out in under a minute, and the photo is made small'(app) {
    const { work, task, handler } = await underWay(app, '手机上报的任务')
    const page = await app.phone(handler)
    await go(page, `/tasks/${task.id}`)
    const since = Date.now()
    await act(page, '上报进展')
    await at(page, `/m/tasks/${task.id}/act/report`)
    const camera = page.getByLabel('拍照')
    assert.equal(await camera.getAttribute('capture'), 'environment')
    assert.equal(await camera.getAttribute('accept'), 'image/*')
    const original = png(2600, 1950, 11)
    await press(page, '上报')
    await says(page.getByRole('alert'), '请填写进展情况')
    await fillReport(page, { progress: 45, text: '完成北岸三处排口封堵', file: { name: 'IMG_0001.png', mimeType: 'image/png', buffer: original } })
    await press(page, '上报')
    await toast(page, '上报已送达')
    await at(page, `/m/tasks/${task.id}`)
    await says(page.getByRole('region', { name: '办理过程' }), '完成北岸三处排口封堵')
    app.note(`reported in ${((Date.now() - since) / 1000).toFixed(1)} s`)
    const [report, ...rest] = await reportsOf(work, task.id)
    assert.equal(rest.length, 0)
    assert.equal(report.claimed_progress, 45)
    const [file] = report.files
    assert.equal(file.name, 'IMG_0001.jpg')
    const answer = await fetch(`${app.url}/api/v1/files/${file.id}/content`, { headers: { authorization: `Bearer ${handler.token}` } })
    const bytes = Buffer.from(await answer.arrayBuffer())
    assert.deepEqual([...bytes.subarray(0, 3)], [0xff, 0xd8, 0xff], 'a JPEG')
    assert.ok(bytes.length < original.length, `${bytes.length} of ${original.length} bytes`)
    // It can be looked at on the page it belongs to.
    await page.getByRole('button', { name: '预览 IMG_0001.jpg' }).first().tap()
    await see(page.getByRole('dialog', { name: 'IMG_0001.jpg' }).locator('img'))
  },

  async 'without a line a report waits, and goes out once when there is one'(app) {
    const { work, task, handler } = await underWay(app, '电梯里上报的任务')
    const page = await app.phone(handler)
    app.windows.offline = true
    await go(page, `/tasks/${task.id}`)
    await see(page.getByRole('region', { name: '现在要做的' }))
    await atHand(page)
    await page.context().setOffline(true)
    await act(page, '上报进展')
    await fillReport(page, { progress: 30, text: '没有信号时写的进展', file: photo('现场.png') })
    await press(page, '上报')
    await toast(page, '没有网络，上报已存好')
    await at(page, `/m/tasks/${task.id}`)
    await says(page.locator('.letter'), '待发送')
    await says(page.locator('.letter'), '没有信号时写的进展')
    assert.equal((await reportsOf(work, task.id)).length, 0)
    await page.context().setOffline(false)
    await toast(page, '上报已送达')
    await says(page.locator('.letter'), '已送达')
    await says(page.getByRole('region', { name: '办理过程' }), '没有信号时写的进展')
    const reports = await reportsOf(work, task.id)
    assert.equal(reports.length, 1, 'delivered exactly once')
    assert.equal(reports[0].files.length, 1)
  },

  async 'without a line an urge is answered all the same: what is typed stays, and the answer goes out once'(app) {
    const { work, task, handler } = await underWay(app, '没有信号时要回复的任务')
    const { parties } = await work.detail(task.id)
    await work.issuer.api.post(`/tasks/${task.id}/urges`, { text: '请尽快回复', party_ids: [parties[0].id] })
    const page = await app.phone(handler)
    app.windows.offline = true
    await go(page, `/tasks/${task.id}/act/reply`)
    await page.getByLabel(/^回复内容/).fill('没有信号时写的回复')
    await until('it to be kept', () => page.evaluate(() => JSON.stringify(localStorage).includes('没有信号时写的回复')))
    await page.reload()
    await until('it to be there again', async () => (await page.getByLabel(/^回复内容/).inputValue()) === '没有信号时写的回复')
    await atHand(page)
    await page.context().setOffline(true)
    await press(page, '回复')
    await toast(page, '没有网络，回复已存好')
    await page.context().setOffline(false)
    await toast(page, '已回复')
    const { items } = await work.issuer.api.get(`/tasks/${task.id}/urges`)
    assert.deepEqual([items[0].reply, items[0].turns.length], ['没有信号时写的回复', 0], 'delivered exactly once')
  },

  async 'an answer that is lost on the way does not make a second report'(app) {
    const { work, task, handler } = await underWay(app, '答复丢失的任务')
    const page = await app.phone(handler)
    app.expect({ text: /net::ERR_/ })
    let lost = 0
    await page.route(/\/api\/v1\/tasks\/[^/]+\/reports$/, async (route) => {
      if (lost) return route.continue()
      lost++
      await route.fetch()
      await route.abort('connectionreset')
    })
    await go(page, `/tasks/${task.id}/act/report`)
    await fillReport(page, { progress: 20, text: '答复会丢失的上报' })
    await press(page, '上报')
    await toast(page, '上报已送达')
    assert.equal(lost, 1)
    assert.equal((await reportsOf(work, task.id)).length, 1)
  },

  async 'what waits survives a closed page and goes out when one comes back'(app) {
    const { work, task, handler } = await underWay(app, '关掉页面的任务')
    const page = await app.phone(handler)
    app.windows.offline = true
    await go(page, `/tasks/${task.id}/act/report`)
    await see(page.getByLabel(/^进展情况/))
    await atHand(page)
    await page.context().setOffline(true)
    await fillReport(page, { progress: 15, text: '写完就关了手机', file: photo('关机前.png') })
    await press(page, '上报')
    await says(page.locator('.letter'), '待发送')
    const context = page.context()
    await page.close()
    await context.setOffline(false)
    const again = await context.newPage()
    await again.goto('/m/outbox')
    await says(again.locator('.letter'), '已送达')
    const reports = await reportsOf(work, task.id)
    assert.deepEqual(reports.map((report) => [report.text, report.files.length]), [['写完就关了手机', 1]])
  },

  async 'a report the server refuses says why and can be dropped'(app) {
    const { work, task, handler, head } = await underWay(app, '已被别人办结的任务')
    const page = await app.phone(handler)
    app.expect({ status: 409 }, { status: 403 }, { status: 422 })
    app.windows.offline = true
    await go(page, `/tasks/${task.id}/act/report`)
    await see(page.getByLabel(/^进展情况/))
    await atHand(page)
    await page.context().setOffline(true)
    await fillReport(page, { progress: 60, text: '来不及送达的上报' })
    await press(page, '上报')
    await says(page.locator('.letter'), '待发送')
    const now = await work.detail(task.id)
    await head.api.post(`/tasks/${task.id}/closure`, { version: now.task.version, text: '已经做完' })
    const { requests } = await work.detail(task.id)
    await app.people.zhouyun.api.post(`/requests/${requests[0].id}/decision`, { decision: 'grant' })
    await page.context().setOffline(false)
    await says(page.locator('.letter'), '失败')
    await says(page.locator('.letter'), /原因：.*已办结/)
    await see(page.locator('.letter').getByRole('button', { name: '复制' }))
    await press(page, '不发了，删除')
    await gone(page.locator('.letter'))
  },

  async 'a draft of a report survives a reload'(app) {
    const { task, handler } = await underWay(app, '写到一半的上报')
    const page = await app.phone(handler)
    await go(page, `/tasks/${task.id}/act/report`)
    await page.getByLabel(/^进展情况/).fill('写到一半')
    await until('the draft to be kept', () => page.evaluate(() => Object.entries(localStorage).some(([key, value]) => key.startsWith('sbc.phone.report.') && value.includes('写到一半'))))
    await page.reload()
    await says(page.locator('main'), '已恢复上次没有发出的内容')
    assert.equal(await page.getByLabel(/^进展情况/).inputValue(), '写到一半')
  },

  async 'a leader presses in two taps from the board and reads the answer there'(app) {
    const { task, unit, liaison } = await underWay(app, '看板上的红灯任务', { due: { day: dayFromNow(-12) }, start_day: dayFromNow(-60), importance: 'major' })
    const page = await app.phone(app.people.wang)
    await go(page, '')
    await at(page, '/m/board')
    const same = await mark(page)
    const card = page.locator('li.card').filter({ hasText: '看板上的红灯任务' })
    await says(card, unit.short_name)
    await card.getByRole('button', { name: '督办：看板上的红灯任务' }).tap()
    await title(page, '督办')
    await press(page, '发出督办')
    await toast(page, '督办已发出')

    const theirs = await app.phone(liaison)
    await go(theirs, '/urges')
    await says(theirs.locator('main'), '看板上的红灯任务')
    await theirs.getByRole('button', { name: /^回复：看板上的红灯任务/ }).tap()
    await at(theirs, new RegExp(`^/m/tasks/${task.id}/act/reply`))
    await says(theirs.locator('blockquote'), '王主任')
    await theirs.getByLabel(/^回复内容/).fill('本周内完成整改')
    await press(theirs, '回复')
    await toast(theirs, '已回复')

    await tabs(page).getByRole('link', { name: /^督办/ }).tap()
    await says(page.locator('main'), '本周内完成整改')
    await same()
  },

  async 'a task is set on the phone and handed out'(app) {
    const { unit, head } = await app.org.newBureau()
    const page = await app.phone(app.people.zhouyun)
    await go(page, '/tasks')
    await page.getByRole('link', { name: '新建' }).tap()
    await title(page, '任务设定')
    await press(page, '交办')
    await says(page.locator('main'), '请填写任务名称')
    await page.getByLabel(/^任务名称/).fill('手机上交办的任务')
    await pick(page, '牵头单位', unit.name)
    await page.getByRole('button', { name: '10个工作日内' }).tap()
    await says(page.locator('.read'), /\d{4}-\d{2}-\d{2} 周/)
    // Nobody sets reminders for one task: the form says so, and by which rules they come.
    await press(page, '什么时候提醒')
    await says(page.locator('main'), /不用另设.*到期前 \d+ 个工作日/)
    await press(page, '什么时候提醒')
    await page.getByLabel(/不涉及国家秘密/).check()
    await press(page, '交办')
    await toast(page, '已交办')
    await at(page, /^\/m\/tasks\/[0-9a-f-]{36}$/)
    await see(page.getByRole('heading', { name: '手机上交办的任务' }))
    const todo = await head.api.get('/todo')
    assert.ok(todo.items.some((duty) => duty.kind === 'sign' && duty.task.title === '手机上交办的任务'))
  },

  async 'lists are filtered with the thumb, and grow as one scrolls'(app) {
    const { unit, head } = await app.org.newBureau()
    const work = new Work(app.people.zhouyun)
    for (let n = 1; n <= 53; n++) await work.dispatched(`滚动${String(n).padStart(2, '0')}`, unit)
    await work.active('滚动中的红灯', unit, head, null, { due: { day: dayFromNow(-9) }, start_day: dayFromNow(-40) })
    const page = await app.phone(head)
    await go(page, '/tasks')
    const cards = page.locator('li.card')
    await see(cards)
    await page.getByRole('searchbox').fill('滚动')
    await page.keyboard.press('Enter')
    await at(page, /q=/)
    await says(page.locator('main'), '54')
    await until('the whole list', async () => {
      await page.mouse.wheel(0, 4000)
      return (await cards.count()) === 54
    })
    await says(page.locator('main'), '已全部显示')
    await page.getByRole('group', { name: '亮灯' }).getByRole('button', { name: '红灯' }).tap()
    await count(cards, 1)
    await says(cards, '滚动中的红灯')
  },

  async 'inside WeCom there is no second title bar'(app) {
    const { task, handler } = await underWay(app, '企业微信里的任务')
    const userAgent = 'Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 wxwork/4.1.30 MicroMessenger/7.0.1'
    const inside = await app.phone(handler, { userAgent })
    await go(inside, `/tasks/${task.id}`)
    await see(inside.getByRole('heading', { name: '企业微信里的任务' }))
    await count(inside.locator('header.pp__bar'), 0)
    await see(inside.getByRole('link', { name: '回首页' }))
    // An address of the desk that somebody was sent leads to the phone's page, unless they have chosen the desk's.
    await inside.goto(`/tasks/${task.id}`)
    await at(inside, `/m/tasks/${task.id}`)
    await go(inside, '/me')
    await inside.getByRole('link', { name: '打开电脑版' }).tap()
    await at(inside, '/')
    const outside = await app.phone(handler)
    await go(outside, `/tasks/${task.id}`)
    await see(outside.locator('header.pp__bar'))
  },

  async 'theme and language are chosen on the phone and remembered'(app) {
    const page = await app.phone(app.people.yang, { colorScheme: 'light' })
    await go(page, '/me')
    await page.getByRole('group', { name: '外观' }).getByRole('button', { name: '深色' }).tap()
    assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark')
    await page.getByRole('group', { name: '语言' }).getByRole('button', { name: 'English' }).tap()
    await until('English', async () => (await page.locator('html').getAttribute('lang')) === 'en')
    await page.reload()
    await see(page.getByRole('button', { name: 'English' }))
    assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark')
    for (const path of ['/todo', '/tasks', '/urges', '/board', '/me', '/inbox', '/outbox', '/tasks/new']) {
      await go(page, path)
      await until(`an English title on ${path}`, async () => !/\p{Script=Han}/u.test(await page.locator('h1').first().innerText()))
    }
  },
}
