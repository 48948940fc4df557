import assert from 'node:assert/strict'
import { join } from 'node:path'
import { at, choose, clean, dialog, go, gone, overflow, says, see, toast } from './page.mjs'
import { act, pick, press, slide } from './thumb.mjs'
import { until } from './until.mjs'

/**
 * The same work at the desk and on the phone: whoever tells a story says what a person does, and the hand knows how it is done in
 * its shell. What a form is called, its fields and the words it ends with are the product's own, and the same in both.
 */

/** What is called otherwise in the desk's menu of requests. */
const ASKED = { 申请恢复办理: '恢复', 申请变更内容: '变更内容' }
/** The button of a duty says less than the form it opens; on the phone more of them do. */
const LESS = { 回复督办: '回复', 反馈批示: '回复' }
const SHORT = { ...LESS, 上报进展: '上报', 答复等待: '答复', 完成配合: '完成', 回应风险: '回应', 裁定退回: '裁定', 审核上报: '审核', 审核办结: '审核', 审批申请: '审批', 核查销号: '核查' }
/** Where the form is called otherwise than what leads to it. */
const FORM = { 答复等待: '答复' }
/** Forms that end, on the phone, with a button that says the choice; at the desk it is 确定. */
const CONFIRMED = new Set(['审核上报', '审核办结', '审批申请', '核查销号'])

const stream = (page) => page.getByRole('region', { name: '办理过程' })

/** A form that is open: a dialog at the desk, a page of its own on the phone. */
class Form {
  constructor(hand, name, scope) {
    Object.assign(this, { hand, name, scope, page: hand.page })
  }

  async fill(label, words) {
    await this.scope.getByLabel(label).first().fill(words)
    return this
  }

  /** Stars lie below what they show. */
  async take(name) {
    await this.scope.getByRole('radio', { name, exact: true }).check({ force: true })
    this.taken = typeof name === 'string' ? name : ''
    return this
  }

  async tick(name) {
    await this.scope.getByRole('checkbox', { name }).check()
    return this
  }

  async progress(percent) {
    await slide(this.scope, '完成进度', percent)
    return this
  }

  async says(words) {
    await says(this.scope, words)
    return this
  }

  async file(file) {
    await this.hand.put(this.scope, file)
    // A photo on the phone is shown, anything else is named.
    const name = file.name.replace(/\.\w+$/, '')
    await see(this.scope.getByText(name).or(this.scope.getByRole('img', { name })).or(this.scope.locator('.got img')))
    return this
  }

  async pick(label, name) {
    await this.hand.pick(this.scope, label, name)
    return this
  }

  /** The button that sends it, unless it is the one of a choice; then what the page says briefly. */
  send(said, button = this.name) {
    return this.hand.send(this, CONFIRMED.has(this.name) ? this.taken : button, said)
  }
}

class Hand {
  constructor(app, person, page, out) {
    Object.assign(this, { app, person, page, out })
  }

  get stream() {
    return stream(this.page)
  }

  go = (path) => go(this.page, path)
  says = (words, where = 'main') => says(this.page.locator(where), words)
  toast = (words) => toast(this.page, words)

  /** Opens the task's page, anew: what was told briefly before is gone. */
  async open(task) {
    await this.go(`/tasks/${task.id}`)
    await see(this.page.getByRole('heading', { name: task.title }))
    return this
  }

  async on(task, action) {
    await this.open(task)
    return this.begin(action)
  }

  /** What is offered where it stands on the task's page: beside a request, a check, a part. */
  async beside(task, button, action = button) {
    await this.open(task)
    await this.page.getByRole('button', { name: button }).first().click()
    return this.form(action)
  }

  /** Writes a task and hands it out; answers it. */
  async handOut({ title, lead, due, steps, demand, co, part, importance, weekly, tag, document, file }) {
    await this.go('/tasks/new')
    const main = this.page.locator('main')
    const form = new Form(this, '交办', main)
    await form.fill(/^任务名称/, title)
    await form.pick('牵头单位', lead.name)
    await form.fill(/^时限/, due)
    if (steps) await form.says(`时限里有 ${steps} 个日期`)
    if (steps) await main.getByRole('button', { name: '设置', exact: true }).click()
    const more = main.getByRole('button', { name: /任务要求、配合单位/ })
    if ((await more.getAttribute('aria-expanded')) === 'false') await more.click()
    await form.fill(/^任务要求/, demand)
    await this.pickSeveral(main, '配合单位', [co.name])
    await main.getByRole('button', { name: /配合事项和时限/ }).click()
    await form.fill(`${co.short_name}：配合事项`, part.demand)
    await form.fill(`${co.short_name}：完成时限`, part.due)
    await form.take(importance)
    await main.getByLabel('报送周期').selectOption('weekly')
    await main.getByLabel('每周哪天报').selectOption({ label: weekly })
    await main.getByRole('textbox', { name: '标签' }).fill(tag)
    await main.getByRole('textbox', { name: '标签' }).press('Enter')
    await form.fill(/^来源文件/, document)
    await form.file(file)
    await form.tick(/不涉及国家秘密/)
    await this.look('new')
    await this.page.getByRole('button', { name: '交办', exact: true }).last().click()
    await this.toast('已交办')
    const path = /\/tasks\/([0-9a-f-]{36})$/
    await at(this.page, path)
    return { id: path.exec(this.page.url())[1], title }
  }

  /** Fits its window; with E2E_PICTURES there is a picture to be looked at. */
  async look(name) {
    await until('the page to be filled', async () => (await this.page.locator('.skeleton').count()) === 0)
    assert.deepEqual(await overflow(this.page), { beyond: 0, who: [] })
    if (!process.env.E2E_PICTURES) return
    await this.page.screenshot({ path: join(this.out, `${name}-${this.shell}-${this.person.login}.png`), fullPage: this.shell === 'phone' })
  }
}

class Desk extends Hand {
  shell = 'desk'

  /** A button beside the duty, an item of the menu of requests, or one of the rest. */
  async begin(action) {
    const bar = this.page.getByRole('region', { name: '现在要做的' })
    await see(bar)
    const among = async (menu, words) => {
      const button = bar.getByRole('button', { name: menu, exact: true })
      if (!(await button.isVisible())) return false
      await button.click()
      const item = this.page.locator('.pop').getByRole('button', { name: words, exact: true })
      if (await item.isVisible()) return item.click().then(() => true)
      await this.page.keyboard.press('Escape')
      return false
    }
    await until(`“${action}” to be offered`, async () => {
      const button = bar.getByRole('button', { name: action, exact: true })
      if (await button.isVisible()) return button.click().then(() => true)
      return (await among('申请', ASKED[action] ?? action.replace('申请', ''))) || (await among('更多', action))
    })
    return this.form(action)
  }

  async todo(action, task) {
    await this.go('/todo')
    await this.page.getByRole('button', { name: `${LESS[action] ?? action}：${task.title}` }).first().click()
    return this.form(action)
  }

  async form(action) {
    return new Form(this, action, await see(dialog(this.page, FORM[action] ?? action)))
  }

  async send({ name, scope }, button, said) {
    await scope.getByRole('button', { name: CONFIRMED.has(name) ? '确定' : button, exact: true }).click()
    await this.toast(said)
    await gone(scope)
  }

  /** The figures of a unit on the page of progress, by their names. */
  async figures({ short_name }) {
    const row = await see(this.page.getByRole('row').filter({ hasText: short_name }))
    const names = (await this.page.getByRole('columnheader').allInnerTexts()).map(clean)
    const values = (await row.getByRole('cell').allInnerTexts()).map(clean)
    return Object.fromEntries(values.map((value, index) => [names[index + 1], value]))
  }

  async follow({ short_name }, name) {
    await this.page.getByRole('row').filter({ hasText: short_name }).getByRole('link', { name: new RegExp(`，${name} \\d`) }).click()
  }

  pick = (scope, label, name) => choose(scope, label, name)
  async pickSeveral(scope, label, names) {
    for (const name of names) await choose(scope, label, name)
    await this.page.keyboard.press('Tab')
    await gone(this.page.getByRole('option'))
  }
  put = (scope, file) => scope.locator('input[type=file]').first().setInputFiles(file)

  async sign(task, handler) {
    const form = await this.on(task, '签收')
    if (handler) await form.pick('同时指定经办人', handler.name)
    await form.send('已签收')
  }

  async comment(words, name) {
    const box = this.page.getByRole('combobox', { name: '评论' })
    await this.mention(box, words, name)
    await this.page.getByRole('button', { name: '发表', exact: true }).click()
    await this.toast('评论已发表')
  }

  async mention(box, words, name) {
    await box.fill('')
    if (name) {
      await box.pressSequentially(`@${name.slice(0, 2)}`)
      await this.page.getByRole('option', { name }).click()
    }
    await box.pressSequentially(words)
  }
}

class Phone extends Hand {
  shell = 'phone'

  async begin(action) {
    await act(this.page, action)
    return this.form(action)
  }

  async todo(action, task) {
    await this.go('/todo')
    await this.unfold()
    await this.page.getByRole('button', { name: `${SHORT[action] ?? action}：${task.title}` }).first().tap()
    return this.form(action)
  }

  /** A long list shows its first few until it is asked for the rest. */
  async unfold() {
    await see(this.page.locator('main'))
    await until('the list to be filled', async () => (await this.page.locator('.skeleton').count()) === 0)
    for (const more of await this.page.getByRole('button', { name: /^展开其余/ }).all()) await more.tap()
  }

  async form(action) {
    await see(this.page.getByRole('heading', { name: FORM[action] ?? action, level: 1 }))
    return new Form(this, action, this.page.locator('main'))
  }

  async send(form, button, said) {
    await press(this.page, button)
    await this.toast(form.name === '上报进展' ? '上报已送达' : said)
  }

  /** The card of a unit with all its figures; the less important ones are folded. */
  async card({ short_name }) {
    const card = (await see(this.page.locator('.card').filter({ hasText: short_name }))).first()
    const all = card.getByRole('button', { name: '全部数字' })
    if (await all.isVisible()) await all.tap()
    return card
  }

  async figures(unit) {
    const lines = (await (await this.card(unit)).getByRole('listitem').allInnerTexts()).map(clean)
    return Object.fromEntries(lines.map((line) => [line.replace(/^.* /, ''), line.replace(/ \S+$/, '')]))
  }

  async follow(unit, name) {
    const card = await this.card(unit)
    await card.getByRole('link', { name: new RegExp(`^\\d+ ?${name}$`) }).tap()
  }

  pick = (scope, label, name) => pick(scope, label, name)
  async pickSeveral(scope, label, names) {
    for (const name of names) await pick(scope, label, name)
    await this.page.getByRole('dialog', { name: label, exact: true }).getByRole('button', { name: /^选定/ }).tap()
  }
  put = (scope, file) => scope.getByLabel('相册、文件').setInputFiles(file)

  async sign(task, handler) {
    await this.open(task)
    await act(this.page, '签收')
    await this.toast('已签收')
    if (!handler) return
    const form = await this.begin('指定经办人')
    await form.pick('经办人', handler.name)
    await form.send('已指定经办人', '确定')
  }

  async comment(words, name) {
    await this.stream.getByRole('button', { name: '评论' }).tap()
    const form = await this.form('发表评论')
    await Desk.prototype.mention.call(this, form.scope.getByRole('combobox', { name: '评论' }), words, name)
    await form.send('评论已发表', '发表')
  }
}

/** Somebody at a desk of 1440 pixels, or with a phone of 375. */
export const atDesk = async (app, person) => new Desk(app, person, await app.desk(person), app.out)
export const onPhone = async (app, person) => new Phone(app, person, await app.phone(person), app.out)
