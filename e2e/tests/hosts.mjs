import assert from 'node:assert/strict'
import { at, count, go, gone, overflow, says, see, toast } from '../lib/page.mjs'
import { photo } from '../lib/photo.mjs'
import { act, press, slide } from '../lib/thumb.mjs'
import { until } from '../lib/until.mjs'
import { dayFromNow, Work } from '../lib/work.mjs'

/** The app that a page is shown in knows nothing of the database. */
export const only = 'sqlite'

/** As the hosts name themselves; that is all of them a test here can be. docs/testing.md says what only a phone shows. */
const AGENTS = {
  'WeCom on Android':
    'Mozilla/5.0 (Linux; Android 13; Pixel 7) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 wxwork/4.1.30 MicroMessenger/7.0.1 NetType/4G Language/zh',
  'WeChat on Android':
    'Mozilla/5.0 (Linux; Android 13; Pixel 7) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 XWEB/1160117 MMWEBSDK/20240501 MicroMessenger/8.0.50.2701(0x28003255) WeChat/arm64 Weixin NetType/4G Language/zh_CN',
  'WeChat on iOS':
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.50(0x1800323a) NetType/WIFI Language/zh_CN',
}
const LONG = '关于进一步加强滨海新区北岸片区入河排污口排查整治和雨污管网分流改造统筹推进工作的任务（第二批次第十七项）'

async function underWay(app, name, more) {
  const bureau = await app.org.newBureau()
  const work = new Work(app.people.zhouyun)
  const task = await work.active(name, bureau.unit, bureau.head, bureau.handler, more)
  return { ...bureau, work, task }
}

/** The in-app browser of an iPhone has no service workers. */
const withoutWorkers = () =>
  Object.defineProperty(Navigator.prototype, 'serviceWorker', {
    get: () => undefined,
  })
/** Nor has a private window a database. */
const withoutDatabase = () =>
  Object.defineProperty(window, 'indexedDB', {
    get: () => ({
      open() {
        const request = {
          error: new DOMException('forbidden', 'SecurityError'),
        }
        queueMicrotask(() => request.onerror?.())
        return request
      },
    }),
  })

/** Every letter 1.4 times as large, as the hosts do it: they scale text and nothing else. */
async function enlarge(page) {
  const grown = await page.evaluate(async () => {
    const size = (one) => parseFloat(getComputedStyle(one).fontSize)
    const all = [...document.querySelectorAll('body *')].filter((one) => one instanceof HTMLElement).map((one) => [one, size(one)])
    for (const [one, before] of all) one.style.setProperty('font-size', `${before * 1.4}px`, 'important')
    // Where motion is reduced every property still has its moment of transition.
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
    const shown = all.filter(([one]) => one.isConnected)
    return shown.length > 3 && shown.every(([one, before]) => size(one) > before * 1.3)
  })
  assert.ok(grown, 'the letters have grown')
}

export const tests = Object.fromEntries([
  ...Object.entries(AGENTS).map(([name, userAgent]) => [
    `inside ${name}: one title bar, a way home, a way back that closes what is open, photos`,
    async (app) => {
      const { work, task, handler } = await underWay(app, '宿主里的任务')
      const page = await app.phone(handler, { userAgent })
      if (name === 'WeChat on iOS') await page.addInitScript(withoutWorkers)
      await go(page, `/tasks/${task.id}`)
      await see(page.getByRole('heading', { name: '宿主里的任务' }))
      await count(page.locator('header.pp__bar'), 0)
      // The host's own bar takes its words from the title of the document.
      await until('the title', async () => (await page.title()) === '宿主里的任务 · 事必成')
      await act(page, '上报进展')
      await at(page, `/m/tasks/${task.id}/act/report`)
      await slide(page, '完成进度', 25)
      await page.getByLabel(/^进展情况/).fill('在宿主里上报')
      const button = page.locator('button').filter({ hasText: '相册、文件' })
      const [chooser] = await Promise.all([page.waitForEvent('filechooser'), button.tap()])
      await chooser.setFiles(photo('相册.png'))
      await see(page.locator('.got img'))
      await press(page, '上报')
      await toast(page, '上报已送达')
      await at(page, `/m/tasks/${task.id}`)
      const { reports } = await work.detail(task.id)
      assert.deepEqual(
        reports.map((one) => [one.text, one.files.length]),
        [['在宿主里上报', 1]],
      )
      // The host's back key closes the sheet that is open, and then leaves the page.
      const sheet = page.getByRole('dialog', { name: '还可以办理' })
      await page.getByRole('button', { name: '更多' }).tap()
      await see(sheet)
      await page.goBack()
      await gone(sheet)
      // Whoever came by a link from a message finds the way home inside the page.
      const second = await page.context().newPage()
      await second.goto(`/m/tasks/${task.id}`)
      await second.getByRole('link', { name: '回首页' }).tap()
      await at(second, '/m/todo')
      await second.goto('/m/me')
      await see(second.getByRole('button', { name: '退出登录' }))
      assert.equal(await second.getByText('添加到手机桌面').count(), 0, 'nothing is installed from inside a host')
    },
  ]),
  [
    'letters as large as WeChat’s largest widen no page and hide no button',
    async (app) => {
      const { work, unit, head, handler, task } = await underWay(app, LONG, {
        due: { day: dayFromNow(-3) },
        start_day: dayFromNow(-30),
        importance: 'major',
      })
      const open = await work.dispatched(`${LONG}之二`, unit)
      await handler.api.post(`/tasks/${task.id}/reports`, {
        claimed_progress: 40,
        text: LONG,
      })
      const page = await app.phone(head, {
        userAgent: AGENTS['WeChat on iOS'],
        viewport: { width: 360, height: 740 },
      })
      const wide = []
      for (const path of [
        '/todo',
        '/tasks',
        '/urges',
        '/board',
        '/me',
        '/inbox',
        `/tasks/${task.id}`,
        `/tasks/${task.id}/act/review`,
        `/tasks/${open.id}/act/sign`,
      ]) {
        await go(page, path)
        await see(page.locator('main'))
        await until(`${path} to be filled`, async () => (await page.locator('.skeleton').count()) === 0)
        await enlarge(page)
        const { beyond, who } = await overflow(page)
        if (beyond > 0) wide.push(`${path}: ${beyond} px too wide: ${who.join(', ')}`)
        const out = await page.evaluate(() => {
          const width = document.documentElement.clientWidth
          return [...document.querySelectorAll('button, a[href]')]
            .filter((one) => one.offsetParent && !one.closest('.chips, .words, .sr-only') && one.getBoundingClientRect().right > width + 1)
            .map((one) => one.textContent.trim().slice(0, 20))
        })
        if (out.length) wide.push(`${path}: out of reach: ${out.join(', ')}`)
      }
      assert.deepEqual(wide, [])
    },
  ],
  [
    'without service worker and without a database one works all the same',
    async (app) => {
      const { work, task, handler } = await underWay(app, '什么都不许存的浏览器')
      const page = await app.phone(handler)
      await page.addInitScript(withoutWorkers)
      await page.addInitScript(withoutDatabase)
      await go(page, '/todo')
      await see(page.getByRole('heading', { name: '待办', level: 1 }))
      await go(page, `/tasks/${task.id}/act/report`)
      await page.getByLabel(/^进展情况/).fill('照样能上报')
      await press(page, '上报')
      await toast(page, '上报已送达')
      const { reports } = await work.detail(task.id)
      assert.deepEqual(
        reports.map((one) => one.text),
        ['照样能上报'],
      )
      await go(page, '/outbox')
      await says(page.locator('main'), '此浏览器不允许保存')
    },
  ],
])
