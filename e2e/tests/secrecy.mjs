import assert from 'node:assert/strict'
import { violations } from '../lib/axe.mjs'
import { count, dialog, go, gone, overflow, says, see, toast } from '../lib/page.mjs'
import { act, press, slide } from '../lib/thumb.mjs'
import { until } from '../lib/until.mjs'
import { Work } from '../lib/work.mjs'

/** What its verbs ask of PostgreSQL, the promises and the API's tests ask there, too. */
export const only = 'sqlite'

export const patience = 120_000

const button = (scope, name) => scope.getByRole('button', { name, exact: true })
const text = (words) => new TextEncoder().encode(words)
const question = (page) => page.getByRole('dialog', { name: '请确认不涉密' })

/** A task under way with a file on its report, read by the index. */
async function withFile(app, title, name, words) {
  const bureau = await app.org.newBureau()
  const work = new Work(app.people.zhouyun)
  const task = await work.active(title, bureau.unit, bureau.head, bureau.handler)
  const file = await bureau.head.api.post(`/files?name=${encodeURIComponent(name)}`, text(words))
  await bureau.head.api.post(`/tasks/${task.id}/reports`, { claimed_progress: 30, text: '见附件', file_ids: [file.id] })
  await until('the file to be read', async () => (await bureau.head.api.get(`/files/${file.id}`)).standing === 'held')
  return { ...bureau, work, task, file }
}

export const tests = {
  async 'a word of classified papers is asked about, and a mark is refused'(app) {
    const { unit, head } = await app.org.newBureau()
    const work = new Work(app.people.zhouyun)
    const task = await work.active('写评论的任务', unit, head)
    const page = await app.desk(app.people.zhouyun)
    await go(page, `/tasks/${task.id}`)
    const field = page.getByRole('combobox', { name: '评论' })
    app.expect({ status: 422 }, { status: 422 }, { status: 422 })
    await field.fill('请核对密级后再转')
    await button(page, '发表').click()
    await says(question(page), '正文 出现“密级”')
    assert.deepEqual(await violations(page), [])
    await button(question(page), '返回修改').click()
    await gone(question(page))
    assert.equal(await field.inputValue(), '请核对密级后再转', 'nothing of it is lost')
    assert.deepEqual((await work.issuer.api.get(`/tasks/${task.id}/comments`)).items, [])
    await button(page, '发表').click()
    await button(question(page), '确认不涉密，继续').click()
    await until('the comment', async () => (await work.issuer.api.get(`/tasks/${task.id}/comments`)).items.length === 1)
    await field.fill('按机密★10年文件办')
    await button(page, '发表').click()
    await says(page.locator('body'), '涉密内容严禁在本系统存储')
    assert.equal(await question(page).count(), 0)
  },

  async 'a file that may be secret is held until the centre decides'(app) {
    const { task, file, handler } = await withFile(app, '附件待审的任务', '转发件.txt', '秘密★5年\n关于港口的通知')
    const other = await app.desk(handler)
    await go(other, `/tasks/${task.id}`)
    await says(other.locator('main'), '待保密审查')
    assert.equal(await other.getByRole('link', { name: '下载 转发件.txt' }).count(), 0)

    const page = await app.desk(app.people.zhouyun)
    await go(page, '/files/checks')
    const one = page.locator('li.one').filter({ hasText: '附件待审的任务' })
    await says(one, /疑似涉密.*秘密★/)
    assert.deepEqual(await violations(page), [])
    await button(one, '放行').click()
    const form = await see(dialog(page, '放行“转发件.txt”'))
    app.expect({ status: 422 })
    await button(form, '放行').click()
    await says(form, '不能为空')
    await form.getByLabel(/^理由/).fill('旧文件样式，已核对')
    await button(form, '放行').click()
    await toast(page, '已放行')
    await gone(one)
    await page.getByRole('radio', { name: '已放行' }).or(button(page, '已放行')).first().click()
    await says(page.locator('main'), '旧文件样式，已核对')
    await other.reload()
    await see(other.getByRole('link', { name: '下载 转发件.txt' }))
    assert.equal((await handler.api.get(`/files/${file.id}`)).standing, 'open')
  },

  async 'the list of words is tried and changed'(app) {
    const page = await app.desk(app.people.zhouyun)
    await go(page, '/files/checks?tab=words')
    await says(page.locator('main'), '密级标志')
    await page.getByLabel('试一试').fill('按密级管理')
    await button(page, '试一试').click()
    await says(page.getByRole('status').filter({ hasText: '查出' }), '查出：“密级”')
    await button(page, '修改词表').click()
    const words = page.getByLabel('敏感字样')
    await words.fill(`${await words.inputValue()}\n碧海行动`)
    await page.getByLabel(/^修改理由/).fill('新增代号')
    await button(page, '保存词表').click()
    await toast(page, '词表已保存')
    await says(page.locator('main'), '碧海行动')
    await says(page.locator('main'), /第 \d+ 版 · .*新增代号/)
    assert.deepEqual(await violations(page), [])
  },

  async 'a file that does not fit is refused before it is sent, and the limits are a page'(app) {
    const { unit, head } = await app.org.newBureau()
    const page = await app.desk(app.people.admin)
    await go(page, '/files/checks?tab=space')
    await button(page, '修改上限').click()
    await page.getByLabel(`${unit.name}的上限（MB）`).fill('1')
    await page.getByLabel(/^修改理由/).fill('试行')
    await button(page, '保存上限').click()
    await toast(page, '上限已保存')
    await says(page.getByRole('row', { name: unit.name }), /1 MB.*0%/)
    assert.deepEqual(await violations(page), [])
    const work = new Work(app.people.zhouyun)
    const task = await work.active('附大文件的任务', unit, head)
    const desk = await app.desk(head)
    await go(desk, `/tasks/${task.id}`)
    await desk.getByRole('combobox', { name: '评论' }).fill('见附件')
    await button(desk, '附件').click()
    app.expect({ status: 413 })
    const sent = []
    desk.on('request', (request) => request.method() === 'PATCH' && sent.push(request.url()))
    await desk.locator('input[type=file]').setInputFiles({ name: '录像.bin', mimeType: 'application/octet-stream', buffer: Buffer.alloc(5 << 20, 7) })
    await says(desk.getByRole('alert'), /文件空间不够：上限 1 MB，已用 0 MB，这个文件 5 MB/)
    assert.deepEqual(sent, [])
  },

  async 'the administrator sees how the store and the scanner stand, and no names'(app) {
    const page = await app.desk(app.people.admin)
    await go(page, '/files/checks?tab=store')
    await says(page.locator('main'), '没有发现损坏')
    await says(page.locator('main'), '没有启用')
    await count(page.getByRole('link', { name: /下载/ }), 0)
  },

  async 'on the phone a word is asked about and a held file does not open'(app) {
    const { task, head, handler } = await withFile(app, '手机上的附件', '内部.txt', '内部资料，注意保存')
    const page = await app.phone(handler)
    await go(page, `/tasks/${task.id}`)
    await says(page.locator('body'), '待保密审查')
    assert.equal((await overflow(page)).beyond, 0)
    await act(page, '上报进展')
    await slide(page, '完成进度', 50)
    await page.getByLabel(/^进展情况/).fill('已核对密级')
    app.expect({ status: 422 })
    await press(page, '上报')
    await says(question(page), '出现“密级”')
    assert.deepEqual(await violations(page), [])
    await button(question(page), '确认不涉密，继续').click()
    await toast(page, '上报已送达')
    assert.equal((await head.api.get(`/tasks/${task.id}`)).reports.length, 2)
  },
}
