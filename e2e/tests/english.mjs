import assert from 'node:assert/strict'
import { clean, go, mark, says, see } from '../lib/page.mjs'
import { until } from '../lib/until.mjs'
import { dayFromNow, Work } from '../lib/work.mjs'

/** The language of a page does not depend on the database. */
export const only = 'sqlite'

const HAN = /\p{Script=Han}/u

/** Whatever is left in Chinese once the names are taken out, a line each. */
function chinese(text, names) {
  const bare = (line) => names.reduce((rest, name) => rest.replaceAll(name, ''), line)
  return text.split('\n').filter((line) => HAN.test(bare(line))).map(clean)
}

/** Units and people have one name in every language. */
function namesOf(app, ...more) {
  const all = [...Object.values(app.units), ...Object.values(app.people), ...more].flatMap((one) => [one.name, one.short_name])
  return all.filter(Boolean).sort((a, b) => b.length - a.length)
}

/** Waits until the element says something and nothing of it is Chinese but names and what people wrote. */
const english = (locator, names) =>
  until(`English in ${locator}`, async () => {
    const text = await locator.first().innerText({ timeout: 1000 })
    if (!clean(text)) throw new Error('it says nothing')
    const left = chinese(text, names)
    if (left.length) throw new Error(`still Chinese:\n${left.join('\n')}`)
    return text
  })

/** Chooses English in the menu of a desk whose page is in Chinese. */
async function speakEnglish(page) {
  await page.locator('button.who').click()
  await page.getByRole('group', { name: '语言' }).getByRole('button', { name: 'English' }).click()
  await page.keyboard.press('Escape')
  await see(page.getByRole('link', { name: 'Tasks' }))
}

/** A task that is late and has been through much; everything people wrote in it is English. */
async function story(app) {
  const { zhouyun, wang } = app.people
  const { unit, head, liaison, handler } = await app.org.newBureau()
  const work = new Work(zhouyun)
  const late = { due: { day: dayFromNow(-20) }, start_day: dayFromNow(-60), report_rule: { kind: 'weekly', day: 5 }, importance: 'major' }
  const task = await work.active('Repair the north road', unit, head, handler, late)
  const path = `/tasks/${task.id}`
  const now = async (who) => (await who.api.get(path)).task.version
  const report = (text, claimed_progress) => handler.api.post(`${path}/reports`, { claimed_progress, text })
  const reviewed = (page, body) => zhouyun.api.post(`/reports/${page.reports[0].id}/review`, body)
  await reviewed(await report('Half of it is paved', 50), { decision: 'accept', verified_progress: 45, text: 'As seen on site' })
  await reviewed(await report('Nearly done', 90), { decision: 'send_back', text: 'Where are the pictures?' })
  await report('Nearly done, with pictures', 90)
  await wang.api.post(`${path}/urges`, { text: 'What keeps you?', reply_due_day: dayFromNow(3) })
  const asked = await handler.api.post(`${path}/closure`, { version: await now(handler), text: 'All of it is paved' })
  await zhouyun.api.post(`/requests/${asked.requests[0].id}/decision`, { decision: 'refuse', text: 'The kerb is missing' })
  return { unit, head, liaison, handler, work, task, names: namesOf(app, unit, head, liaison, handler) }
}

export const tests = {
  async 'a task’s page changes its language where it stands'(app) {
    const { task, names } = await story(app)
    const page = await app.desk(app.people.zhouyun)
    await go(page, `/tasks/${task.id}`)
    await says(page.getByRole('region', { name: '办理过程' }), '签收，由')
    const unchanged = await mark(page)
    await speakEnglish(page)
    await unchanged()
    const stream = await english(page.getByRole('region', { name: 'What happened' }), names)
    assert.ok(stream.split('\n').length > 12, stream)
    await english(page.locator('.reasons'), names)
    await page.getByRole('button', { name: 'How so?' }).click()
    await english(page.locator('.facts .why'), names)
    await english(page.getByRole('region', { name: 'To do now' }), names)

    // What arrives while the page is open arrives in English.
    await app.people.wang.api.post(`/tasks/${task.id}/urges`, { text: 'Once more', reply_due_day: dayFromNow(2) })
    await see(page.getByRole('region', { name: 'What happened' }).getByText('Once more'))
    await english(page.getByRole('region', { name: 'What happened' }), names)
  },

  async 'what is to be done, and the messages about it, are in English'(app) {
    const { work, unit, head, liaison, names } = await story(app)
    await work.dispatched('Paint the bridge', unit, { due: { text: '10个工作日内' } })
    const page = await app.desk(head)
    await go(page, '/todo')
    await says(page.locator('main'), 'Paint the bridge')
    await speakEnglish(page)
    await english(page.locator('main'), names)
    for (const line of await page.locator('main [title]').evaluateAll((all) => all.map((one) => one.title))) {
      assert.deepEqual(chinese(line, names), [])
    }
    await go(page, '/')
    await says(page.locator('main'), 'Repair the north road')
    await english(page.locator('main'), names)

    const phone = await app.phone(liaison)
    await go(phone, '/me')
    await phone.getByRole('group', { name: '语言' }).getByRole('button', { name: 'English' }).tap()
    await see(phone.locator('html[lang=en]'))
    await go(phone, '/todo')
    await says(phone.locator('main'), 'Paint the bridge')
    await english(phone.locator('main'), names)
    await go(phone, '/inbox')
    await says(phone.locator('main'), 'Repair the north road')
    await english(phone.locator('main'), names)
  },

  async 'a field that is wrong says so in English'(app) {
    const page = await app.desk(app.people.zhouyun)
    await go(page, '/tasks/new')
    await speakEnglish(page)
    app.expect({ status: 422, path: /\/tasks$/ })
    await page.getByLabel(/^Title/).fill('x'.repeat(400))
    await page.getByRole('button', { name: 'Keep as draft' }).click()
    const wrong = await english(page.locator('.field__error'), [])
    assert.equal(clean(wrong), 'At most 300 characters, now 400')
    const words = '10个工作日内'
    await page.getByLabel(/^Due/).fill(words)
    await page.locator('.due__read').getByRole('button', { name: 'How so?' }).click()
    assert.match(await english(page.locator('.due__read'), [words]), /10 working days from/)
  },
}
