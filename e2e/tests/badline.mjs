import assert from 'node:assert/strict'
import { line } from '../lib/line.mjs'
import { at, go, gone, says, see, toast } from '../lib/page.mjs'
import { png } from '../lib/photo.mjs'
import { act, press, slide } from '../lib/thumb.mjs'
import { until } from '../lib/until.mjs'
import { Work } from '../lib/work.mjs'

/** The line is in front of the server, the database behind it. */
export const only = 'sqlite'

const UPLOAD = '/api/v1/files'
const reports = /^POST \/api\/v1\/tasks\/[^/]+\/reports$/

async function underWay(app, name) {
  const bureau = await app.org.newBureau()
  const work = new Work(app.people.zhouyun)
  const task = await work.active(name, bureau.unit, bureau.head, bureau.handler)
  return { ...bureau, work, task }
}

/** What the browsers' own tools call slow 3G: 400 kbit/s, 400 ms each way and back. */
async function slow3g(page) {
  const talk = await page.context().newCDPSession(page)
  await talk.send('Network.enable')
  await talk.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 400,
    downloadThroughput: 50_000,
    uploadThroughput: 50_000,
  })
}
/** A photo as a camera makes it: some 1.6 megapixels of noise that does not pack well. */
const snapshot = (name, seed) => ({
  name,
  mimeType: 'image/png',
  buffer: png(1500, 1100, seed),
})

export const tests = {
  async 'on slow 3G a report with a photo takes less than a minute, from the task to the server’s word'(app) {
    const { work, task, handler } = await underWay(app, '慢网络上的任务')
    const page = await app.phone(handler)
    await slow3g(page)
    await go(page, `/tasks/${task.id}`)
    const since = Date.now()
    let taps = 0
    await act(page, '上报进展')
    taps++
    await slide(page, '完成进度', 45)
    taps++
    await page.getByLabel(/^进展情况/).fill('已完成管网摸排，正在组织第二标段进场')
    taps++
    await page.getByLabel('拍照').setInputFiles(snapshot('现场.png', 7))
    taps++
    await see(page.locator('.got img'))
    await press(page, '上报')
    taps++
    const left = Date.now() - since
    await toast(page, '上报已送达')
    const took = Date.now() - since
    app.note(
      `${taps} taps; back at the task after ${(left / 1000).toFixed(1)} s, delivered after ${(took / 1000).toFixed(1)} s (without the time somebody types)`,
    )
    assert.ok(took < 60_000)
    const [report, ...more] = (await work.detail(task.id)).reports
    assert.deepEqual([more.length, report.claimed_progress, report.files.length], [0, 45, 1])
  },

  async 'a line that breaks in the middle of the second photo: the first is not sent again, the report arrives once'(app) {
    const { work, task, handler } = await underWay(app, '传到一半断线的任务')
    const through = await line(app.url)
    try {
      app.windows.offline = true
      app.expect({ text: /net::ERR_/ })
      const page = await app.phone(handler, { baseURL: through.url })
      const uploads = { '一.jpg': 0, '二.jpg': 0 }
      let dead = true
      through.state.cut = (method, path, query) => {
        if (method !== 'POST' || path !== UPLOAD) return false
        const name = query.get('name')
        uploads[name]++
        return name === '二.jpg' && dead && 3000
      }
      await go(page, `/tasks/${task.id}/act/report`)
      await slide(page, '完成进度', 30)
      await page.getByLabel(/^进展情况/).fill('两张照片，第二张传到一半断线')
      await page.getByLabel('相册、文件').setInputFiles([snapshot('一.png', 3), snapshot('二.png', 5)])
      await until('both photos', async () => (await page.locator('.got img').count()) === 2)
      await press(page, '上报')
      await says(page.locator('.letter'), '待发送')
      await until('the second photo to be on its way', () => uploads['二.jpg'] > 0)
      dead = false
      await says(page.locator('.letter'), '已送达')
      assert.equal(uploads['一.jpg'], 1, 'the first photo is not sent again')
      assert.ok(uploads['二.jpg'] > 1, 'the second is')
      const all = (await work.detail(task.id)).reports
      assert.deepEqual(
        all.map((one) => one.files.map((file) => file.name)),
        [['一.jpg', '二.jpg']],
      )
    } finally {
      await through.close()
    }
  },

  async 'the line breaks while the report itself is under way: whether it got through or not, there is one'(app) {
    const { work, task, handler } = await underWay(app, '答复在路上丢失的任务')
    const through = await line(app.url)
    try {
      app.windows.offline = true
      app.expect({ text: /net::ERR_/ })
      const page = await app.phone(handler, { baseURL: through.url })
      let sent = 0
      // Twice it breaks before the end of the question, twice the answer is lost.
      through.state.cut = (method, path) => reports.test(`${method} ${path}`) && ++sent <= 2 && 1
      through.state.lose = (method, path) => reports.test(`${method} ${path}`) && sent > 2 && sent <= 4
      await go(page, `/tasks/${task.id}/act/report`)
      await page.getByLabel(/^进展情况/).fill('只能有一次的上报')
      await press(page, '上报')
      await says(page.locator('.letter'), '已送达')
      assert.ok(sent > 4, `${sent} tries`)
      assert.deepEqual(
        (await work.detail(task.id)).reports.map((one) => one.text),
        ['只能有一次的上报'],
      )
    } finally {
      await through.close()
    }
  },

  async 'a server that is silent for long: what was read before is shown, and the answer when it comes'(app) {
    const { task, handler } = await underWay(app, '迟迟没有答复的任务')
    const through = await line(app.url)
    try {
      const page = await app.phone(handler, { baseURL: through.url })
      await go(page, '/tasks')
      await says(page.locator('main'), '迟迟没有答复的任务')
      await page
        .locator('main')
        .getByRole('link', { name: /迟迟没有答复的任务/ })
        .first()
        .tap()
      await at(page, `/m/tasks/${task.id}`)
      await see(page.getByRole('region', { name: '办理过程' }))
      const silent = new Set()
      through.state.hold = (method, path) => method === 'GET' && path.startsWith('/api/v1/tasks') && new Promise((go) => silent.add(go))
      await go(page, '/tasks')
      const bar = page.locator('.over [role="status"]')
      await says(bar, /^网络慢，显示的是 \d\d:\d\d 的内容/)
      await says(page.locator('main'), '迟迟没有答复的任务')
      through.state.hold = () => null
      for (const go of silent) go()
      await gone(bar)
      await says(page.locator('main'), '迟迟没有答复的任务')
    } finally {
      await through.close()
    }
  },
}
