import assert from 'node:assert/strict'
import { until } from './until.mjs'

/** Opens a page of the shell the window belongs to. */
export const go = (page, path) => page.goto((page.base ?? '') + path || '/')

/** Waits until it can be seen; answers it. */
export async function see(locator) {
  await locator.first().waitFor({ state: 'visible' })
  return locator
}

/** Waits until it can be seen no more. */
export const gone = (locator) => locator.first().waitFor({ state: 'hidden' })

/** Waits until the element says the words (or matches), whatever it said before. */
export async function says(locator, words) {
  const good = (text) => (words instanceof RegExp ? words.test(text) : text.includes(words))
  return until(`“${words}” in ${locator}`, async () => {
    const text = clean(await locator.first().innerText({ timeout: 1000 }))
    if (!good(text)) throw new Error(`it says “${text.slice(0, 400)}”`)
    return text
  })
}

/** Waits until there are as many. */
export const count = (locator, n) =>
  until(`${n} × ${locator}`, async () => {
    const found = await locator.count()
    if (found !== n) throw new Error(`${found} are there`)
    return true
  })

/** Text as it is read: every run of white space is one blank. */
export const clean = (text) => text.replace(/\s+/gu, ' ').trim()

/** Waits until the address is this one, or matches. */
export const at = (page, path) =>
  until(`the address ${path}`, () => {
    const url = new URL(page.url())
    const now = url.pathname + url.search
    if (path instanceof RegExp ? path.test(now) : now === path) return true
    throw new Error(`it is ${now}`)
  })

/** Chooses in a select of Element Plus as a person does: types, then takes what is offered. */
export async function choose(scope, label, words, option = words) {
  const page = scope.page?.() ?? scope
  const box = scope.getByRole('combobox', { name: label, exact: true })
  // The field itself lies below what it shows.
  await box.locator('xpath=ancestor::*[contains(@class, "el-select__wrapper")]').click()
  await box.fill(words)
  await page.getByRole('option', { name: option }).filter({ visible: true }).first().click()
}

/** The dialog in front. */
export const dialog = (page, name) => page.getByRole('dialog', name ? { name } : {}).last()

/** What the page says briefly at its edge. */
export const toast = (page, words) => see(page.locator('.toast').filter({ hasText: words }))

/** Fills the sign-in page and sends it. */
export async function signInAs(page, login, password) {
  await page.getByLabel('账号', { exact: true }).fill(login)
  await page.getByLabel('密码', { exact: true }).fill(password)
  await page.getByRole('button', { name: '登录', exact: true }).click()
}

/** Marks the document: whoever finds the mark later knows that nothing was loaded anew. */
export async function mark(page) {
  await page.evaluate(() => (window.__unchanged = true))
  return async () => assert.ok(await page.evaluate(() => window.__unchanged === true), 'the page was loaded anew')
}

/** How much wider the page is than its window, in pixels; and what sticks out. */
export function overflow(page) {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth
    const beyond = Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - width
    const who = beyond > 0 ? [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > width + 0.5) : []
    return { beyond, who: who.slice(0, 5).map((one) => `${one.tagName.toLowerCase()}.${[...one.classList].join('.')}`) }
  })
}
