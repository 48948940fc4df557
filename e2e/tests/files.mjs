import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { verify } from '../lib/archive.mjs'
import { violations } from '../lib/axe.mjs'
import { dialog, go, gone, says, see, toast } from '../lib/page.mjs'
import { until } from '../lib/until.mjs'
import { Work } from '../lib/work.mjs'

/** What its verbs ask of PostgreSQL, the promises and the API's tests ask there, too. */
export const only = 'sqlite'

export const patience = 120_000

/** A task that was struck off, with a file on its report. */
async function settled(app, title) {
  const bureau = await app.org.newBureau()
  const work = new Work(app.people.zhouyun)
  const task = await work.active(title, bureau.unit, bureau.head)
  const file = await bureau.head.api.post(`/files?name=${encodeURIComponent('验收单.txt')}`, new TextEncoder().encode('验收合格'))
  await bureau.head.api.post(`/tasks/${task.id}/reports`, { claimed_progress: 100, text: '已经完工', file_ids: [file.id] })
  const version = async () => (await work.detail(task.id)).task.version
  const closing = await bureau.head.api.post(`/tasks/${task.id}/closure`, { version: await version(), text: '完工' })
  await work.issuer.api.post(`/requests/${closing.requests[0].id}/decision`, { decision: 'grant' })
  const { task: closed } = await work.detail(task.id)
  if (closed.state !== 'settled') {
    const other = await app.org.colleague()
    await other.api.post(`/tasks/${task.id}/verification`, { version: closed.version, result: 'pass' })
  }
  assert.equal((await work.detail(task.id)).task.state, 'settled')
  return task
}

/** A large file whose bytes differ everywhere. */
function large(name, size) {
  const buffer = Buffer.alloc(size)
  for (let at = 0; at < size; at += 4) buffer.writeUInt32LE((at * 2_654_435_761) >>> 0, at)
  return { name, mimeType: 'application/octet-stream', buffer }
}

async function attach(app, title) {
  const work = new Work(app.people.zhouyun)
  const task = await work.draft(title)
  const page = await app.desk(app.people.zhouyun)
  await go(page, `/tasks/${task.id}`)
  await page.getByRole('region', { name: '现在要做的' }).getByRole('button', { name: '更多' }).click()
  await page.locator('.pop').getByRole('button', { name: '添加文件', exact: true }).click()
  return { page, task, work, form: await see(dialog(page, '添加文件')) }
}

export const tests = {
  async 'a task that was struck off is archived at the desk, and a stranger can check the package'(app) {
    const task = await settled(app, '要归档的任务')
    const page = await app.desk(app.people.zhouyun)
    await go(page, `/tasks/${task.id}`)
    await page.getByRole('button', { name: '生成归档包' }).click()
    await toast(page, '归档包已生成')
    const digest = (await page.locator('code').innerText()).trim()
    assert.match(digest, /^[0-9a-f]{64}$/)
    assert.deepEqual(await violations(page), [])
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /^下载归档包/ }).click()])
    assert.equal(download.suggestedFilename(), '要归档的任务.zip')
    const folder = await mkdtemp(join(tmpdir(), 'sbc-archive-'))
    try {
      const path = join(folder, 'a.zip')
      await download.saveAs(path)
      const whole = await verify(path, '--digest', digest)
      assert.ok(whole.fine && whole.said.includes('1 项任务，1 个附件'), whole.said)
      const other = await verify(path, '--digest', createHash('sha256').update('x').digest('hex'))
      assert.ok(!other.fine && other.said.includes('包摘要是'), other.said)
      await writeFile(path, 'not a package')
      assert.ok((await verify(path)).said.includes('不是 ZIP 文件'))
    } finally {
      await rm(folder, { recursive: true })
    }
    // What has changed since is said, instead of a download that fails without a word.
    app.expect({ status: 409 })
    await app.people.zhouyun.api.post(`/tasks/${task.id}/comments`, { text: '归档之后又说了一句' })
    await page.getByRole('link', { name: /^下载归档包/ }).click()
    await says(page.locator('main'), '已有变动，不能再下载')
    await says(page.locator('main'), '请重新归档')
  },

  async 'a large file goes on where the line broke'(app) {
    const { page, task, work, form } = await attach(app, '有大文件的任务')
    const file = large('现场录像.bin', 40 << 20)
    // From the disk: handed over by the test they would go through the browser's wire first, which a busy machine takes long for.
    const path = join(app.out, file.name)
    await writeFile(path, file.buffer)
    // The line breaks in the second piece, and stays broken for a look.
    let pieces = 0
    app.windows.expect({ text: /ERR_CONNECTION_RESET/ })
    await page.route('**/api/v1/uploads/*', (route) => {
      const broken = route.request().method() === 'PATCH' && ++pieces === 2
      return broken ? route.abort('connectionreset') : route.continue()
    })
    await form.locator('input[type=file]').setInputFiles(path)
    await says(form, '网络中断，正在重新连接')
    await see(form.locator('li').filter({ hasText: '40 MB' }))
    assert.equal(pieces, 4, 'one of three pieces went twice')
    await form.getByRole('button', { name: '添加', exact: true }).click()
    await gone(dialog(page, '添加文件'))
    const { files } = await work.detail(task.id)
    assert.deepEqual([files[0].name, files[0].digest], [file.name, createHash('sha256').update(file.buffer).digest('hex')])
  },

  async 'an upload is paused, and goes on after the page was opened anew'(app) {
    const folder = await mkdtemp(join(tmpdir(), 'sbc-upload-'))
    try {
      const { page, task, work, form } = await attach(app, '分两次传的任务')
      const { name, buffer } = large('航拍.bin', 36 << 20)
      // From the disk, as a person has it: bytes handed over by the test would be a new file, changed just now, each time.
      const path = join(folder, name)
      await writeFile(path, buffer)
      let held = null
      await page.route('**/api/v1/uploads/*', async (route) => {
        if (route.request().method() === 'PATCH' && route.request().headers()['upload-offset'] !== '0') await new Promise((go) => (held = go))
        await route.continue().catch(() => undefined)
      })
      await form.locator('input[type=file]').setInputFiles(path)
      await until('the second piece', () => held !== null)
      await form.getByRole('button', { name: '暂停' }).click()
      await see(form.getByRole('button', { name: '继续' }))
      held()
      await page.unroute('**/api/v1/uploads/*')
      const offsets = []
      page.on('request', (request) => request.method() === 'PATCH' && offsets.push(request.headers()['upload-offset']))
      await page.reload()
      await page.getByRole('region', { name: '现在要做的' }).getByRole('button', { name: '更多' }).click()
      await page.locator('.pop').getByRole('button', { name: '添加文件', exact: true }).click()
      const again = await see(dialog(page, '添加文件'))
      await again.locator('input[type=file]').setInputFiles(path)
      await see(again.locator('li').filter({ hasText: '36 MB' }))
      assert.ok(offsets.length > 0 && !offsets.includes('0'), `it went on from ${offsets}`)
      await again.getByRole('button', { name: '添加', exact: true }).click()
      await gone(dialog(page, '添加文件'))
      const { files } = await work.detail(task.id)
      assert.equal(files[0].digest, createHash('sha256').update(buffer).digest('hex'))
    } finally {
      await rm(folder, { recursive: true })
    }
  },

  async 'a picture is pasted'(app) {
    const { page, form } = await attach(app, '贴图的任务')
    const paste = () => {
      const bytes = Uint8Array.from(atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='), (c) => c.charCodeAt(0))
      const data = new DataTransfer()
      data.items.add(new File([bytes], 'image.png', { type: 'image/png' }))
      document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
    }
    await page.evaluate(paste)
    await says(form, '粘贴的图片.png')
    // Into a comment, too, where nobody has pressed 附件 before.
    const task = await settled(app, '评论里贴图的任务')
    await go(page, `/tasks/${task.id}`)
    await page.getByPlaceholder(/^说点什么/).click()
    await page.evaluate(paste)
    await says(page.locator('.comment-box'), '粘贴的图片.png')
  },
}
