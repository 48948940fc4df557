import assert from 'node:assert/strict'
import { signIn } from '../lib/api.mjs'
import { line } from '../lib/line.mjs'
import { at, count, go, gone, mark, says, see, signInAs, toast } from '../lib/page.mjs'
import { photo } from '../lib/photo.mjs'
import { act, press, slide } from '../lib/thumb.mjs'
import { until } from '../lib/until.mjs'
import { Work } from '../lib/work.mjs'

/** What a phone does without a line knows nothing of the database. */
export const only = 'sqlite'

/** A task under way, and whoever handles it. */
async function underWay(app, name, more) {
  const bureau = await app.org.newBureau()
  const work = new Work(app.people.zhouyun)
  const task = await work.active(name, bureau.unit, bureau.head, bureau.handler, more)
  return { ...bureau, work, task }
}
const reportsOf = async (work, id) => (await work.detail(id)).reports
const bar = (page) => page.locator('.over [role="status"]')

/** The whole program is kept on the phone. */
const installed = (page) =>
  until('the shell to be kept', () =>
    page.evaluate(async () => {
      const { active } = await navigator.serviceWorker.ready
      return active?.state === 'activated' && !!navigator.serviceWorker.controller
    }),
  )

/** All that this browser keeps of what was read, and where. */
const keptWords = (page) =>
  page.evaluate(async () => {
    const found = []
    for (const name of await caches.keys()) {
      for (const asked of await (await caches.open(name)).keys()) found.push(`${name} ${new URL(asked.url).pathname}`)
    }
    for (const { name } of await indexedDB.databases()) {
      const db = await new Promise((done, refuse) => {
        const opening = indexedDB.open(name)
        opening.onsuccess = () => done(opening.result)
        opening.onerror = () => refuse(opening.error)
      })
      for (const table of db.objectStoreNames) {
        const rows = await new Promise((done) => (db.transaction(table).objectStore(table).getAll().onsuccess = (event) => done(event.target.result)))
        for (const row of rows) found.push(`${name}/${table} ${JSON.stringify(row)}`)
      }
      db.close()
    }
    for (const [key, value] of Object.entries(localStorage)) found.push(`local ${key} ${value}`)
    return found
  })
const read = async (page, words) => (await keptWords(page)).filter((one) => one.includes(words))

/** Waits until what the page showed has been put away. */
const kept = (page, words) => until(`“${words}” to be kept`, async () => (await read(page, words)).some((one) => one.startsWith('sbc.shelf/leaves')))

async function fillReport(page, { progress, text, file }) {
  await slide(page, '完成进度', progress)
  await page.getByLabel(/^进展情况/).fill(text)
  if (!file) return
  await page.getByLabel('拍照').setInputFiles(file)
  await see(page.locator('.got img'))
}

export const tests = {
  async 'the phone can be installed: manifest, icons and worker come with the right headers'(app) {
    const head = async (path) => {
      const answer = await fetch(app.url + path)
      return { status: answer.status, type: answer.headers.get('content-type'), cache: answer.headers.get('cache-control'), body: Buffer.from(await answer.arrayBuffer()) }
    }
    const worker = await head('/m-sw.js')
    assert.deepEqual([worker.status, worker.type, worker.cache], [200, 'text/javascript', 'no-cache'])
    const manifest = await head('/m.webmanifest')
    assert.deepEqual([manifest.status, manifest.type, manifest.cache], [200, 'application/manifest+json', 'no-cache'])
    const { icons, start_url, scope } = JSON.parse(manifest.body)
    assert.deepEqual([start_url, scope], ['/m/', '/m'])
    for (const { src, sizes, type } of icons.filter((icon) => icon.type === 'image/png')) {
      const { status, type: served, body } = await head(src)
      assert.deepEqual([status, served, `${body.readUInt32BE(16)}x${body.readUInt32BE(20)}`], [200, type, sizes], src)
    }
    const page = await app.phone(app.people.chen)
    await go(page, '/todo')
    await installed(page)
    const talk = await page.context().newCDPSession(page)
    const said = await talk.send('Page.getAppManifest')
    assert.deepEqual(said.errors, [])
    const { installabilityErrors } = await talk.send('Page.getInstallabilityErrors')
    // A window of a test is incognito, where nothing is ever installed; that is all there may be to say.
    assert.deepEqual(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito'), [])
    // The desk is none of its business.
    const desk = await page.context().newPage()
    await desk.goto('/calendar')
    assert.equal(await desk.evaluate(() => navigator.serviceWorker.controller), null)
  },

  async 'what was read can be read without a line, after a restart, and a report written then goes out once'(app) {
    const { work, task, handler } = await underWay(app, '地下车库里办的任务')
    await handler.api.post(`/tasks/${task.id}/reports`, { claimed_progress: 10, text: '第一次上报的内容' })
    const { page, through } = await app.windows.phoneOnLine(handler)
    app.windows.offline = true
    await go(page, '/todo')
    await see(page.getByRole('heading', { name: '待办', level: 1 }))
    await installed(page)
    await go(page, `/tasks/${task.id}`)
    await says(page.getByRole('region', { name: '办理过程' }), '第一次上报的内容')
    await kept(page, '第一次上报的内容')
    await go(page, '/tasks')
    await says(page.locator('main'), '地下车库里办的任务')
    // A window that is closed at once takes with it what it has not yet put away.
    await kept(page, '/api/v1/tasks?')
    const context = page.context()
    await page.close()
    await through.fall(context)

    const again = await context.newPage()
    again.base = '/m'
    await go(again, '/tasks')
    await says(bar(again), /^离线，显示的是 \d\d:\d\d 的内容/)
    await again.locator('main').getByRole('link', { name: /地下车库里办的任务/ }).first().tap()
    await at(again, `/m/tasks/${task.id}`)
    await says(again.getByRole('region', { name: '办理过程' }), '第一次上报的内容')
    await says(bar(again), /^离线，显示的是 \d\d:\d\d 的内容/)
    await act(again, '上报进展')
    await fillReport(again, { progress: 35, text: '没有信号时写下的', file: photo('车库.png') })
    await press(again, '上报')
    await says(again.locator('.letter'), '待发送')
    await again.close()

    const third = await context.newPage()
    third.base = '/m'
    await go(third, '/outbox')
    await says(third.locator('.letter'), '没有信号时写下的')
    assert.equal((await reportsOf(work, task.id)).length, 1)
    await through.rise(context)
    await says(third.locator('.letter'), '已送达')
    await gone(bar(third))
    const reports = await reportsOf(work, task.id)
    assert.deepEqual(reports.map((one) => [one.text, one.files.length]).sort(), [['没有信号时写下的', 1], ['第一次上报的内容', 0]].sort())
  },

  async 'a picture that was looked at can be looked at again without a line'(app) {
    const { task, handler } = await underWay(app, '有现场照片的任务')
    const { page, through } = await app.windows.phoneOnLine(handler)
    app.windows.offline = true
    await go(page, `/tasks/${task.id}/act/report`)
    await fillReport(page, { progress: 20, text: '附照片', file: photo('现场一.png') })
    await press(page, '上报')
    await toast(page, '上报已送达')
    await installed(page)
    const look = async () => {
      await page.getByRole('button', { name: /^预览 现场一/ }).first().tap()
      const shown = page.getByRole('dialog', { name: /现场一/ }).locator('img')
      await until('the picture', () => shown.evaluate((img) => img.complete && img.naturalWidth > 0))
      await page.getByRole('dialog', { name: /现场一/ }).getByRole('button', { name: '关闭' }).tap()
    }
    await look()
    await kept(page, '/preview')
    await through.fall(page.context())
    await look()
  },

  async 'signing out leaves nothing of what was read'(app) {
    const { task, handler } = await underWay(app, '退出后看不到的任务')
    const page = await app.phone(handler)
    await go(page, `/tasks/${task.id}`)
    await installed(page)
    await kept(page, '退出后看不到的任务')
    await go(page, '/me')
    await press(page, '退出登录')
    await at(page, '/m/sign-in')
    await until('everything to be gone', async () => (await read(page, '退出后看不到的任务')).length === 0)
    assert.deepEqual((await keptWords(page)).filter((one) => one.startsWith('sbc.shelf')), [])
    // The program itself stays: it is everybody's.
    assert.ok((await keptWords(page)).some((one) => /^sbc\.shell\.\w+ \/m\.html$/.test(one)))
    assert.deepEqual((await keptWords(page)).filter((one) => one.includes('/api/')), [])
  },

  async 'who signs out without a line is out: then, after a restart, and for the server when there is a line'(app) {
    const { task, handler } = await underWay(app, '离线退出的任务')
    const token = await signIn(app.url, handler.login, handler.password)
    const { page, through } = await app.windows.phoneOnLine({ ...handler, token })
    app.windows.offline = true
    app.expect({ status: 401 })
    await go(page, `/tasks/${task.id}`)
    await installed(page)
    await kept(page, '离线退出的任务')
    await go(page, '/me')
    await see(page.getByRole('button', { name: '退出登录' }))
    const context = page.context()
    await through.fall(context)
    await press(page, '退出登录')
    await at(page, '/m/sign-in')
    await until('everything to be gone', async () => (await read(page, '离线退出的任务')).length === 0)
    await go(page, `/tasks/${task.id}`)
    await at(page, /^\/m\/sign-in/)
    await page.close()
    const alive = async () => (await fetch(`${app.url}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } })).status === 200
    assert.ok(await alive(), 'the server could not have heard of it yet')
    await through.rise(context)
    const again = await context.newPage()
    again.base = '/m'
    await go(again, '/todo')
    await at(again, /^\/m\/sign-in/)
    assert.equal(await alive(), false, 'the server has been told')
  },

  async 'the next person on the same phone sees nothing of the first, with or without a line'(app) {
    const first = await underWay(app, '甲的任务')
    const second = await underWay(app, '乙的任务')
    const { page, through } = await app.windows.phoneOnLine(first.handler)
    app.windows.offline = true
    app.expect({ status: 404 })
    await go(page, `/tasks/${first.task.id}`)
    await installed(page)
    await kept(page, '甲的任务')
    await go(page, '/me')
    await press(page, '退出登录')
    await at(page, '/m/sign-in')
    await signInAs(page, second.handler.login, second.handler.password)
    await at(page, '/m/todo')
    await go(page, '/tasks')
    await says(page.locator('main'), '乙的任务')
    await kept(page, '乙的任务')
    await through.fall(page.context())
    await go(page, '/tasks')
    await says(bar(page), '离线')
    await says(page.locator('main'), '乙的任务')
    assert.equal(await page.getByText('甲的任务').count(), 0)
    await go(page, `/tasks/${first.task.id}`)
    await see(page.getByRole('alert'))
    assert.equal(await page.getByText('甲的任务').count(), 0)
    assert.deepEqual(await read(page, '甲的任务'), [])
  },

  async 'a session that has ended takes what was kept with it, and another tab hears of the next person'(app) {
    const { task, handler } = await underWay(app, '会话到期的任务')
    const token = await signIn(app.url, handler.login, handler.password)
    const page = await app.phone({ ...handler, token })
    app.expect({ status: 401 })
    await go(page, `/tasks/${task.id}`)
    await installed(page)
    await kept(page, '会话到期的任务')
    const other = await page.context().newPage()
    other.base = '/m'
    await go(other, `/tasks/${task.id}`)
    await says(other.locator('main'), '会话到期的任务')
    await fetch(`${app.url}/api/v1/session`, { method: 'DELETE', headers: { authorization: `Bearer ${token}`, 'idempotency-key': crypto.randomUUID() } })
    await go(page, '/todo')
    await at(page, /^\/m\/sign-in/)
    await until('everything to be gone', async () => (await read(page, '会话到期的任务')).length === 0)
    await at(other, /^\/m\/sign-in/)
    await count(other.getByText('会话到期的任务'), 0)
  },

  async 'a new version is offered, waits while somebody writes, and comes when it is asked for'(app) {
    const { task, handler } = await underWay(app, '升级时正在填报的任务')
    const through = await line(app.url)
    try {
      const page = await app.phone(handler, { baseURL: through.url })
      await go(page, '/tasks')
      await installed(page)
      const same = await mark(page)
      await page.locator('main').getByRole('link', { name: /升级时正在填报的任务/ }).first().tap()
      await at(page, `/m/tasks/${task.id}`)
      await act(page, '上报进展')
      await page.getByLabel(/^进展情况/).fill('写到一半时来了新版本')
      through.state.rewrite['/m-sw.js'] = (text) => `${text}\n// next`
      await page.evaluate(async () => (await navigator.serviceWorker.getRegistration('/m')).update())
      await until('the new version to lie ready', () => page.evaluate(async () => !!(await navigator.serviceWorker.getRegistration('/m')).waiting))
      const offer = page.getByRole('button', { name: '有新版本，点此更新' })
      assert.equal(await offer.count(), 0, 'nobody is disturbed while writing')
      await press(page, '上报')
      await toast(page, '上报已送达')
      await page.goBack()
      await at(page, '/m/tasks')
      await see(offer)
      await same()
      await offer.tap()
      await until('the new version to be there', () => page.evaluate(async () => window.__unchanged === undefined && !(await navigator.serviceWorker.getRegistration('/m')).waiting))
      await says(page.locator('main'), '升级时正在填报的任务')
      assert.equal(await offer.count(), 0)
    } finally {
      await through.close()
    }
  },
}
