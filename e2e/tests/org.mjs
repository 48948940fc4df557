import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { Caller, signIn } from '../lib/api.mjs'
import { at, choose, clean, count, dialog, go, gone, says, see, signInAs, toast } from '../lib/page.mjs'

/** What its verbs ask of PostgreSQL, the promises and the API's tests ask there, too. */
export const only = 'sqlite'

const tree = (page) => page.getByRole('region', { name: '单位', exact: true })
const unitRow = (page, name) => tree(page).locator('li').filter({ has: page.getByRole('button', { name, exact: true }) })
const openUnit = (page, name) => unitRow(page, name).locator('.name').click()
const personRow = (page, name) => page.getByRole('row').filter({ has: page.getByRole('rowheader', { name }) })
const csv = (name, text) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) })
const HEAD = '单位全称,上级单位,简称,类型,别名,姓名,登录名,电话,单位,岗位,岗位类型,联络员,分管单位\n'

async function administrator(app) {
  const page = await app.desk(app.people.admin)
  await go(page, '/org')
  await see(tree(page).getByRole('button', { name: '经济发展局', exact: true }))
  return page
}

export const tests = {
  async 'a unit is added below another, found by its former name, changed and put out of use'(app) {
    const page = await administrator(app)
    await openUnit(page, '经济发展局')
    await page.getByRole('button', { name: '添加下级单位' }).click()
    const form = dialog(page, '添加下级单位')
    await form.getByRole('button', { name: '保存' }).click()
    await says(form.getByRole('alert'), '请填写单位全称')
    await form.getByLabel('单位全称').fill('产业促进科')
    await form.getByLabel('简称', { exact: true }).fill('产促科')
    await form.getByLabel('单位类别').selectOption({ label: '科室' })
    await form.getByLabel('简称和曾用名').fill('产业科、招商科')
    await form.getByRole('button', { name: '保存' }).click()
    await toast(page, '已保存')
    await see(unitRow(page, '产业促进科'))

    await page.getByRole('searchbox', { name: '单位名称、简称、曾用名' }).fill('招商科')
    await count(tree(page).locator('li'), 1)
    await openUnit(page, '产业促进科')
    await see(page.getByRole('heading', { name: /^产业促进科/ }))
    await says(page.locator('.head'), '管委会')
    await page.getByRole('button', { name: '修改单位' }).click()
    const edit = dialog(page, '修改单位')
    await edit.getByLabel('在用').uncheck()
    await edit.getByRole('button', { name: '保存' }).click()
    await toast(page, '已保存')
    await says(page.getByRole('heading', { name: /^产业促进科/ }), '已停用')
  },

  async 'two units of one name are refused at the field'(app) {
    const page = await administrator(app)
    app.expect({ status: 422, path: /\/units$/ })
    await page.getByRole('button', { name: '添加下级单位' }).click()
    const form = dialog(page, '添加下级单位')
    await form.getByLabel('单位全称').fill('经济发展局')
    await form.getByRole('button', { name: '保存' }).click()
    await says(form.getByRole('alert'), /经济发展局/)
    assert.equal(await form.getByLabel('单位全称').inputValue(), '经济发展局')
  },

  async 'a person is added, shown the initial password once, and can sign in with it'(app) {
    const page = await administrator(app)
    app.expect({ status: 422, path: /\/persons$/ })
    await openUnit(page, '住房和城乡建设局')
    await page.getByRole('button', { name: '添加人员' }).click()
    const form = dialog(page, '添加人员')
    await form.getByRole('button', { name: '保存' }).click()
    await count(form.getByRole('alert'), 3)
    await form.getByLabel('姓名').fill('秦新来')
    await form.getByLabel(/^账号/).fill('yang')
    await form.getByLabel('岗位名称').fill('副局长')
    await form.getByLabel('岗位类别').selectOption({ label: '副职' })
    await form.getByLabel('手机').fill('13800001111')
    await form.getByRole('button', { name: '保存' }).click()
    await says(form.getByRole('alert').first(), '“yang”已被使用')
    await form.getByLabel(/^账号/).fill('qinxinlai')
    await form.getByRole('button', { name: '保存' }).click()
    await says(form, '秦新来（账号 qinxinlai）的初始密码')
    const password = clean(await form.locator('code').innerText())
    await form.getByRole('button', { name: '关闭', exact: true }).last().click()
    await gone(form)
    await says(personRow(page, '秦新来'), /副局长 部门负责人 qinxinlai/)

    const theirs = await app.desk()
    await go(theirs, '/')
    await signInAs(theirs, 'qinxinlai', password)
    await at(theirs, /^\/password/)
  },

  async 'a reset password ends what was signed in before'(app) {
    const { head, unit } = await app.org.newBureau()
    const theirs = await app.desk(head)
    app.expect({ status: 401 })
    await go(theirs, '/todo')
    await says(theirs.locator('button.who'), head.name)

    const page = await administrator(app)
    await openUnit(page, unit.name)
    await personRow(page, head.name).getByRole('button', { name: `重置密码 ${head.name}` }).click()
    const form = dialog(page, '重置密码')
    await says(form, `将为 ${head.name} 生成一个新的初始密码`)
    await form.getByRole('button', { name: '重置密码' }).click()
    await says(form, `账号 ${head.login}`)
    const password = clean(await form.locator('code').innerText())

    await at(theirs, '/sign-in?next=/todo')
    await assert.rejects(signIn(app.url, head.login, head.password), /401/)
    await signInAs(theirs, head.login, password)
    await at(theirs, /^\/password/)
  },

  async 'who signs for a unit is chosen among its people'(app) {
    const { unit, handler, liaison } = await app.org.newBureau()
    const page = await administrator(app)
    await openUnit(page, unit.name)
    await says(page.locator('.head'), `联络员 ${liaison.name}`)
    await page.getByRole('button', { name: '修改单位' }).click()
    const form = dialog(page, '修改单位')
    await choose(form, '联络员', handler.name)
    await page.keyboard.press('Tab')
    await form.getByRole('button', { name: '保存' }).click()
    await toast(page, '已保存')
    await says(page.locator('.head'), `${liaison.name}、${handler.name}`)
    await says(personRow(page, handler.name), '联络员')
  },

  async 'who is in a unit and what can be done with them fits beside the tree'(app) {
    const post = { post_name: '重点项目建设推进工作专班联络专员', post_kind: 'deputy', phone: '13800001111' }
    const long = { name: '欧阳在职', login: 'ouyangzaizhi', charge_unit_ids: [app.units.bureau.id, app.units.other.id] }
    await app.org.person({ ...post, ...long, unit_id: app.units.centre.id, settled: false })
    const page = await administrator(app)
    await openUnit(page, '政务运营中心')
    await says(personRow(page, long.name), '政务运营中心、部门负责人')
    for (const width of [1181, 1240, 1300, 1400, 1440]) {
      await page.setViewportSize({ width, height: 900 })
      const beyond = await page.getByRole('region', { name: '人员', exact: true }).evaluate((one) => one.scrollWidth - one.clientWidth)
      assert.equal(beyond, 0, `at ${width} px`)
    }
  },

  async 'somebody who leaves can sign in no more'(app) {
    const { unit, handler } = await app.org.newBureau()
    const page = await administrator(app)
    await openUnit(page, unit.name)
    await personRow(page, handler.name).getByRole('button', { name: `修改 ${handler.name}` }).click()
    const form = dialog(page, '修改人员')
    await form.getByLabel('账号可以登录').uncheck()
    await form.getByRole('button', { name: '保存' }).click()
    await toast(page, '已保存')
    await assert.rejects(signIn(app.url, handler.login, handler.password), /401/)
  },

  async 'a person is found wherever they are'(app) {
    const page = await administrator(app)
    await page.getByRole('searchbox', { name: /按姓名查找/ }).fill('郑经发')
    await says(personRow(page, '郑经发'), '经发局 局长')
    await page.getByRole('searchbox', { name: /按姓名查找/ }).fill('查无此人')
    await says(page.locator('.org'), '没有找到“查无此人”')
  },

  async 'a table with a bad row says which, and changes nothing'(app) {
    const page = await administrator(app)
    await page.getByRole('button', { name: '从表格导入' }).click()
    const form = dialog(page, '从表格导入')
    const go = form.getByRole('button', { name: '确认导入' })
    assert.ok(await go.isDisabled())
    const table = `${HEAD}海洋渔业局,,渔业局,局,,,,,,,,,\n,,,,,白渔业,baiyuye,,渔业局,局长,负责人,,\n,,,,,坏一行,zheng,电话,没有局,,官,,\n`
    await form.getByLabel(/机构人员表/).setInputFiles(csv('机构.csv', table))
    await says(form, '将新增单位 1 个、人员 1 名')
    await says(form, '有 1 行需要修改')
    const row = form.getByRole('listitem')
    for (const part of ['第 4 行', '坏一行', '登录名“zheng”已被使用', '单位“没有局”不存在', '岗位类型“官”']) await says(row, part)
    assert.ok(await go.isDisabled())
    const units = await app.people.admin.api.get('/units')
    assert.ok(!units.items.some((unit) => unit.name === '海洋渔业局'), 'nothing has changed')

    // The corrected file goes through, and everybody's password is told once.
    await form.getByLabel(/机构人员表/).setInputFiles(csv('机构2.csv', table.split('\n').slice(0, 3).join('\n')))
    await says(form, '每一行都没有问题')
    await go.click()
    await toast(page, '已导入')
    await says(form, '初始密码只显示这一次')
    const line = form.getByRole('row').filter({ hasText: 'baiyuye' })
    const password = clean(await line.locator('code').innerText())
    const download = page.waitForEvent('download')
    await form.getByRole('link', { name: '下载' }).click()
    const file = await download
    assert.equal(file.suggestedFilename(), '初始密码.csv')
    assert.equal(await readFile(await file.path(), 'utf8'), `\ufeff"姓名","账号","初始密码"\r\n"白渔业","baiyuye","${password}"\r\n`)
    await form.getByRole('button', { name: '关闭', exact: true }).last().click()
    await see(unitRow(page, '海洋渔业局'))
    await signIn(app.url, 'baiyuye', password)
  },

  async 'the template for tables can be had, and filled in and read again'(app) {
    const page = await administrator(app)
    app.expect({ status: 422, path: /\/org-imports$/ })
    await page.getByRole('button', { name: '从表格导入' }).click()
    const form = dialog(page, '从表格导入')
    const download = page.waitForEvent('download')
    await form.getByRole('link', { name: '下载模板' }).click()
    const file = await download
    assert.match(file.suggestedFilename(), /\.xlsx$/)
    // Empty as it is, it is understood and says so.
    const buffer = await readFile(await file.path())
    const xlsx = { name: '模板.xlsx', mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', buffer }
    await form.getByLabel(/机构人员表/).setInputFiles(xlsx)
    await says(form.getByRole('alert'), '表头下面没有内容')
    await form.getByLabel(/机构人员表/).setInputFiles(csv('随便.csv', '甲,乙\n1,2\n'))
    await says(form.getByRole('alert'), '没有找到“单位全称”或“姓名”列')
  },

  async 'whoever is no administrator looks and changes nothing'(app) {
    for (const who of [app.people.zhouyun, app.people.zheng]) {
      const page = await app.desk(who)
      await go(page, '/org')
      await openUnit(page, '经济发展局')
      await see(personRow(page, '郑经发'))
      await count(page.getByRole('button', { name: /添加|修改|重置|导入/ }), 0)
    }
    const { status } = await new Caller(app.url, app.people.zhouyun.token).send('POST', '/units', { name: '私设局' })
    assert.equal(status, 403)
  },
}
