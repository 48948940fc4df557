import assert from 'node:assert/strict'
import { Caller, PASSWORD, signIn } from '../lib/api.mjs'
import { at, clean, gone, go, says, see, signInAs, toast } from '../lib/page.mjs'

/** What its verbs ask of PostgreSQL, the promises and the API's tests ask there, too. */
export const only = 'sqlite'

let made = 0
/** Somebody no other test signs in as. */
function somebody({ org, units }, options = {}) {
  const n = ++made
  return org.person({ login: `denglu${n}`, name: `登录${n}号`, unit_id: units.bureau.id, post_name: '科员', post_kind: 'staff', ...options })
}

export const tests = {
  async 'a wrong password is said so, the right one signs in'(app) {
    const who = await somebody(app)
    const page = await app.desk()
    app.expect({ status: 401, path: /\/session$/ })
    await go(page, '/')
    await at(page, '/sign-in')
    await signInAs(page, who.login, 'not-the-Password-1')
    await says(page.getByRole('alert'), '账号或密码不对')
    assert.equal(await page.getByLabel('密码', { exact: true }).inputValue(), '', 'the wrong password is not kept')
    assert.equal(await page.getByLabel('账号', { exact: true }).inputValue(), who.login)
    await signInAs(page, who.login, who.password)
    await at(page, '/')
    await says(page.locator('button.who'), who.name)
  },

  async 'signing in leads to the page one asked for'(app) {
    const who = await somebody(app)
    const page = await app.desk()
    await go(page, '/tasks?overdue=true')
    await at(page, /^\/sign-in\?next=/)
    await signInAs(page, who.login, who.password)
    await at(page, '/tasks?overdue=true')
    await see(page.getByRole('heading', { name: '任务', exact: true }))
  },

  async 'the password can be looked at while it is typed'(app) {
    const page = await app.desk()
    await go(page, '/sign-in')
    const field = page.getByLabel('密码', { exact: true })
    assert.equal(await field.getAttribute('type'), 'password')
    await page.getByLabel('显示密码').check()
    assert.equal(await field.getAttribute('type'), 'text')
  },

  async 'too many wrong passwords lock the account for a while'(app) {
    const who = await somebody(app)
    const page = await app.desk()
    app.expect({ status: 401, path: /\/session$/ }, { status: 429, path: /\/session$/ })
    await go(page, '/sign-in')
    for (let attempt = 1; attempt <= 5; attempt++) {
      const answer = page.waitForResponse((response) => response.url().endsWith('/session'))
      await signInAs(page, who.login, `wrong-Password-${attempt}`)
      assert.equal((await answer).status(), 401)
      await says(page.getByRole('alert'), '账号或密码不对')
    }
    // Now not even the right one helps.
    await signInAs(page, who.login, who.password)
    await says(page.getByRole('alert'), '尝试次数过多，请 15 分钟后再试')
    assert.match(page.url(), /\/sign-in$/)
  },

  async 'an initial password has to be changed before anything else'(app) {
    const who = await somebody(app, { settled: false })
    const page = await app.desk()
    app.expect({ status: 422, path: /\/me\/password$/ })
    await go(page, '/tasks')
    await signInAs(page, who.login, who.initial)
    await at(page, /^\/password\?/)
    await says(page.locator('.notice'), '初始密码')
    // Nor does another address help.
    await go(page, '/todo')
    await at(page, /^\/password\?/)
    const save = page.getByRole('button', { name: '保存' })
    const field = (name) => page.locator('label.field').filter({ has: page.locator('.field__label', { hasText: new RegExp(`^${name}$`) }) })
    const fill = async (a, b, c) => {
      await field('现在的密码').locator('input').fill(a)
      await field('新密码').locator('input').fill(b)
      await field('再输一遍新密码').locator('input').fill(c)
      await save.click()
    }
    await fill(who.initial, 'kurz1', 'kurz1')
    await says(field('新密码').getByRole('alert'), '至少 10 位')
    await fill(who.initial, PASSWORD, `${PASSWORD}x`)
    await says(field('再输一遍新密码').getByRole('alert'), '不一致')
    await fill('something-Else-9', PASSWORD, PASSWORD)
    await says(field('现在的密码').getByRole('alert'), '不正确')
    await fill(who.initial, PASSWORD, PASSWORD)
    await toast(page, '密码已修改')
    await at(page, '/todo')
    await signIn(app.url, who.login, PASSWORD)
  },

  async 'signing out ends the session, also for the way back'(app) {
    const who = await somebody(app)
    const page = await app.desk(who)
    await go(page, '/tasks')
    await go(page, '/todo')
    await page.getByRole('button', { name: `我的 ${who.name}` }).click()
    await page.getByRole('button', { name: '退出' }).click()
    await at(page, '/sign-in')
    const answer = await new Caller(app.url, who.token).send('GET', '/me')
    assert.equal(answer.status, 401, 'the server knows the session no more')
    await page.goBack()
    await at(page, /^\/sign-in/)
    await see(page.getByLabel('账号', { exact: true }))
  },

  async 'a session that has ended leads to sign-in and back to the same page'(app) {
    const who = await somebody(app)
    const page = await app.desk(who)
    app.expect({ status: 401 })
    await go(page, '/tasks?importance=major&sort=due_day')
    await see(page.getByRole('heading', { name: '任务', exact: true }))
    // The session ends elsewhere, as it would by itself after hours without use.
    await new Caller(app.url, who.token).del('/session')
    await page.getByRole('button', { name: '红', exact: false }).or(page.locator('.strip button').first()).first().click()
    await at(page, /^\/sign-in\?next=/)
    await says(page.getByRole('status'), '登录已失效')
    await signInAs(page, who.login, who.password)
    await at(page, /^\/tasks\?.*importance=major/)
    assert.match(page.url(), /sort=due_day/)
    await gone(page.getByRole('status').filter({ hasText: '登录已失效' }))
  },

  async 'a page that is merely open notices that its session has ended'(app) {
    const who = await somebody(app)
    const page = await app.desk(who)
    app.expect({ status: 401 })
    const live = page.waitForResponse((response) => response.url().includes('/live?'))
    await go(page, '/todo')
    assert.equal((await live).status(), 200)
    await new Caller(app.url, who.token).del('/session')
    await at(page, '/sign-in?next=/todo')
  },

  async 'nobody is led to another site after signing in'(app) {
    const who = await somebody(app)
    for (const next of ['//example.org/', 'https://example.org/', '/\\example.org']) {
      const page = await app.desk()
      await go(page, `/sign-in?next=${encodeURIComponent(next)}`)
      await signInAs(page, who.login, who.password)
      await at(page, '/')
    }
  },

  async 'an administrator keeps the organisation and sees nobody’s tasks'(app) {
    const title = '请管理员不要看见的工作'
    const task = await app.people.zhouyun.api.post('/tasks', { title, parties: [{ unit_id: app.units.bureau.id, role: 'lead' }], due: { text: '年底前' }, not_secret: true })
    const page = await app.desk(app.people.admin)
    app.expect({ status: 404, path: new RegExp(task.task.id) })
    await go(page, '/')
    const menu = page.getByRole('navigation', { name: '主导航' })
    await says(menu, '机构人员')
    assert.doesNotMatch(clean(await menu.innerText()), /台账导入/)
    await go(page, '/import')
    await says(page.locator('main'), '没有这一页')
    await go(page, `/tasks/${task.task.id}`)
    await says(page.locator('main'), '没有找到，或不在您的查看范围内')
    assert.doesNotMatch(clean(await page.locator('body').innerText()), new RegExp(title))
  },
}
