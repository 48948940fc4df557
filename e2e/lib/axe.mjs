import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { until } from './until.mjs'

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']

/**
 * What axe finds, a line for each rule, in light and in dark; only contrast differs between the two. `within` is what to look
 * at where the rest of the page has been looked at already.
 */
export async function violations(page, within = null) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(SOURCE)
  await settled(page)
  const light = await run(page, within, { runOnly: { type: 'tag', values: TAGS } })
  await page.emulateMedia({ colorScheme: 'dark' })
  await until('the dark theme', () => page.evaluate(() => document.documentElement.dataset.theme === 'dark'))
  await settled(page)
  const dark = await run(page, within, { runOnly: { type: 'rule', values: ['color-contrast'] } })
  await page.emulateMedia({ colorScheme: 'light' })
  return [...light.map((line) => `light: ${line}`), ...dark.map((line) => `dark: ${line}`)]
}

/** Nothing loads, nothing fades: half a transition is no colour anybody sees for long. */
const settled = (page) =>
  until('the page to stand still', () =>
    page.evaluate(() => {
      const moving = document.getAnimations().filter((one) => one.playState === 'running' && one.effect?.getComputedTiming().iterations !== Infinity)
      return moving.length === 0 && !document.querySelector('.skeleton')
    }),
  )

function run(page, within, options) {
  return page.evaluate(async ([part, given]) => {
    const { violations } = await window.axe.run(part ?? document, { ...given, resultTypes: ['violations'] })
    return violations.map(({ id, impact, nodes }) => {
      const what = nodes.slice(0, 3).map(({ target, any, all, none }) => {
        const why = [...any, ...all, ...none][0]?.message ?? ''
        return `${target.join(' ')} (${why})`
      })
      return `${id} [${impact}] × ${nodes.length}: ${what.join('; ')}`
    })
  }, [within, options])
}
