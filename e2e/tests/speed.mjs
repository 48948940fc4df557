import assert from 'node:assert/strict'
import { at, go, says, see, toast } from '../lib/page.mjs'
import { photo } from '../lib/photo.mjs'
import { pick, press } from '../lib/thumb.mjs'
import { until } from '../lib/until.mjs'
import { dayFromNow, Work } from '../lib/work.mjs'

/** What comes over the line is the same with either database. */
export const only = 'sqlite'

/** What the first usable screen may weigh, as it crosses the line. */
const FIRST_SCREEN = 250 << 10

/** All that came over the line for a page, by the time it can be used: its own words, programs, styles; and what was asked of the API. */
async function weighed(page, usable) {
  const talk = await page.context().newCDPSession(page)
  await talk.send('Network.enable')
  const kinds = new Map()
  const bytes = { program: 0, answers: 0, chart: 0 }
  talk.on('Network.requestWillBeSent', ({ requestId, request }) => kinds.set(requestId, new URL(request.url).pathname))
  talk.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const path = kinds.get(requestId) ?? ''
    // The desk's chart comes by itself when the figures stand already; whether it is there in time is chance.
    bytes[path.startsWith('/api/') ? 'answers' : /\/TrendPanel-/.test(path) ? 'chart' : 'program'] += encodedDataLength
  })
  await usable()
  return { ...bytes }
}
const kib = (bytes) => `${(bytes / 1024).toFixed(0)} KiB`

/** From the finger to the next picture, in milliseconds, as the browser itself times its events. */
async function timed(page, work) {
  await page.evaluate(() => {
    window.__before = performance.eventCounts.get('pointerup')
    window.__events = []
    window.__observer?.disconnect()
    window.__observer = new PerformanceObserver((list) => window.__events.push(...list.getEntries().map(({ name, duration }) => ({ name, duration }))))
    window.__observer.observe({
      type: 'event',
      durationThreshold: 16,
      buffered: false,
    })
  })
  await work()
  // What takes less than 16 ms has no entry; that something was timed at all says the count.
  assert.ok(await page.evaluate(() => PerformanceObserver.supportedEntryTypes.includes('event') && performance.eventCounts.get('pointerup') > window.__before))
  return page.evaluate(async () => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))
    return Math.max(0, ...window.__events.filter(({ name }) => /^(pointerup|click|touchend|keydown|input)$/.test(name)).map(({ duration }) => duration))
  })
}

export const tests = {
  async 'the first usable screen crosses the line in less than 250 KiB, on the phone and at the desk'(app) {
    const { head } = await app.org.newBureau()
    const heavy = []
    for (const [name, open, path, words] of [
      ['phone sign-in', (options) => app.phone(null, options), '/sign-in', '登录'],
      ['phone to-do', (options) => app.phone(head, options), '/todo', '待办'],
      ['phone board', (options) => app.phone(app.people.wang, options), '/board', '看板'],
      ['desk sign-in', (options) => app.desk(null, options), '/sign-in', '登录'],
      ['desk to-do', (options) => app.desk(head, options), '/todo', '待办'],
      ['desk home', (options) => app.desk(app.people.wang, options), '/', '谁在负责'],
      ['desk tasks', (options) => app.desk(app.people.wang, options), '/tasks', '任务'],
    ]) {
      const page = await open({ serviceWorkers: 'block' })
      const { program, answers } = await weighed(page, async () => {
        await go(page, path)
        await says(page.locator('body'), words)
        await see(page.locator('main'))
        await until(`${name} to be filled`, async () => (await page.locator('.skeleton').count()) === 0)
      })
      app.note(`${name}: ${kib(program)} program, ${kib(answers)} answers`)
      if (program > FIRST_SCREEN) heavy.push(`${name}: ${kib(program)}`)
      await page.context().close()
    }
    assert.deepEqual(heavy, [])
  },

  async 'what is tapped answers within 100 ms: signing, opening a task, changing a filter'(app) {
    const { unit, head } = await app.org.newBureau()
    const work = new Work(app.people.zhouyun)
    for (let n = 1; n <= 40; n++) await work.dispatched(`快慢${String(n).padStart(2, '0')}`, unit)
    const page = await app.phone(head)
    const sign = page.getByRole('button', { name: /^签收：快慢/ })
    const slow = []
    // The middle of three: a browser may always be held up once.
    const took = async (what, ready, act) => {
      const tries = []
      for (let n = 0; n < 3; n++) {
        await ready()
        tries.push(await timed(page, act))
      }
      const ms = tries.sort((a, b) => a - b)[1]
      app.note(`${what}: ${ms || 'less than 16'} ms`)
      if (ms > 100) slow.push(`${what}: ${ms} ms`)
    }
    const cards = page.locator('li.card')
    const list = async () => {
      await go(page, '/tasks')
      await until('the list', async () => (await cards.count()) === 40)
    }
    const duties = async () => {
      await go(page, '/todo')
      await see(sign.first())
    }
    await took('sign', duties, async () => {
      await sign.first().tap()
      await toast(page, '已签收')
    })
    await took('filter by lamp', list, async () => {
      await page.getByRole('group', { name: '亮灯' }).getByRole('button').first().tap()
      await at(page, /lamp=/)
    })
    await took('open a task', list, async () => {
      await cards.first().getByRole('link').first().tap()
      await at(page, /^\/m\/tasks\/[0-9a-f-]{36}$/)
      await see(page.getByRole('region', { name: '办理过程' }))
    })
    assert.deepEqual(slow, [])
  },

  async 'a task is set in one flow: title, unit, person, due in words, importance, demand, co-unit, reporting, photo'(app) {
    const { unit, handler } = await app.org.newBureau()
    const page = await app.phone(app.people.zhouyun)
    await go(page, '/tasks')
    await page.evaluate(() => {
      window.__taps = 0
      document.addEventListener('pointerup', () => window.__taps++, true)
    })
    const since = Date.now()
    await page.getByRole('link', { name: '新建' }).tap()
    await page.getByLabel(/^任务名称/).tap()
    await page.getByLabel(/^任务名称/).fill('北岸排口整治月底前完成')
    await pick(page, '牵头单位', unit.name)
    await pick(page, '经办人', handler.name)
    await page.getByRole('button', { name: '本月底前' }).tap()
    await says(page.locator('.read'), /\d{4}-\d{2}-\d{2} 周/)
    await page.getByText('重要', { exact: true }).tap()
    const least = Date.now()
    await page.getByRole('button', { name: '任务要求、配合单位、报送、来源、标签、附件' }).tap()
    await page.getByLabel(/^任务要求/).tap()
    await page.getByLabel(/^任务要求/).fill('逐个排口建档，雨天复核，照片存档。')
    await pick(page, '配合单位', app.units.other.name)
    await page.getByRole('dialog', { name: '配合单位' }).getByRole('button', { name: /^选定/ }).tap()
    await page
      .getByText('急件', { exact: true })
      .or(page.getByText('紧急', { exact: true }))
      .first()
      .tap()
    await page.getByLabel('报送周期').selectOption('weekly')
    await page.getByLabel('拍照').setInputFiles(photo('现场.png'))
    await says(page.locator('.more'), '现场')
    await page.getByLabel(/不涉及国家秘密/).tap()
    await until('the photo to be there', async () => !(await page.getByRole('button', { name: '交办', exact: true }).isDisabled()))
    // A draft of all this survives a closed tab, the photo too.
    await until('the draft to be kept', () =>
      page.evaluate(() =>
        Object.entries(localStorage).some(([key, value]) => key.startsWith('sbc.task.') && value.includes('雨天复核') && value.includes('现场')),
      ),
    )
    const taps = await page.evaluate(() => window.__taps)
    await page.reload()
    await says(page.locator('main'), '已恢复')
    await press(page, '交办')
    await toast(page, '已交办')
    app.note(
      `${taps + 1} taps for everything; the machine needed ${((Date.now() - since) / 1000).toFixed(1)} s, of them ${((least - since) / 1000).toFixed(1)} s for what must be there`,
    )
    await at(page, /^\/m\/tasks\/[0-9a-f-]{36}$/)
    const detail = await app.people.zhouyun.api.get(`/tasks/${page.url().split('/').pop()}`)
    const lead = detail.parties.find((party) => party.role === 'lead')
    const co = detail.parties.filter((party) => party.role === 'co').map((party) => party.unit.id)
    assert.deepEqual(
      [detail.task.title, detail.demand, lead.unit.id, lead.person?.id, co],
      ['北岸排口整治月底前完成', '逐个排口建档，雨天复核，照片存档。', unit.id, handler.id, [app.units.other.id]],
    )
    assert.deepEqual([detail.task.importance, detail.report_rule.kind, detail.files.length], ['important', 'weekly', 1])
    assert.ok(detail.task.due_day > dayFromNow(-1))
    assert.ok(taps < 25, `${taps} taps`)
  },
}
