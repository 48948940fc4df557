import { gone, see } from './page.mjs'
import { until } from './until.mjs'

/** What a thumb does on the phone's pages. */

/** The one button at the thumb, or another by its words. */
export const press = (page, words) => page.getByRole('button', { name: words, exact: true }).last().tap()

/** The way an action is reached on a task's page: at the foot, or in the sheet of the rest; as soon as it is offered. */
export async function act(page, words) {
  const foot = page.getByRole('region', { name: '现在要做的' })
  await see(foot)
  const first = foot.getByRole('button', { name: words, exact: true })
  const more = foot.getByRole('button', { name: '更多' })
  const sheet = page.getByRole('dialog', { name: '还可以办理' })
  const among = sheet.getByRole('button', { name: words, exact: true })
  const found = await until(`“${words}” to be offered`, async () => {
    if (await first.isVisible()) return first
    if (!(await more.isVisible())) return null
    await more.tap()
    await see(sheet)
    if (await among.isVisible()) return among
    await sheet.getByRole('button', { name: '关闭' }).tap()
    await gone(sheet)
    return null
  })
  await found.tap()
}

/** Opens a field that looks like one and is a sheet, and takes what carries the words. */
export async function pick(scope, label, words) {
  const page = scope.page?.() ?? scope
  await scope.getByRole('button', { name: new RegExp(`^${label} `) }).tap()
  const sheet = page.getByRole('dialog', { name: label, exact: true })
  const search = sheet.getByRole('searchbox')
  const found = sheet.getByRole('button', { name: words })
  await see(found.or(search))
  if (await search.count()) await search.fill(words)
  await found.first().tap()
}

/** Sets the slider as the keyboard or a drag would. */
export async function slide(page, label, value) {
  const slider = page.getByRole('slider', { name: label })
  await slider.evaluate((input, to) => {
    input.value = String(to)
    input.dispatchEvent(new Event('input', { bubbles: true }))
  }, value)
}
