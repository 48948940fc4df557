import { launch } from './lib/browser.mjs'
const base = 'http://127.0.0.1:18803'
const browser = await launch()
const open = async (login, phone) => {
  const ctx = await browser.newContext(phone ? { viewport: { width: 375, height: 720 }, isMobile: true, hasTouch: true, userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148' } : { viewport: { width: 1440, height: 900 } })
  const page = await ctx.newPage()
  const r = await ctx.request.post(base + '/api/v1/session', { data: { login, password: 'Shibicheng-2026' } })
  if (!r.ok()) console.log(login, r.status(), await r.text())
  return page
}
const shots = JSON.parse(process.argv[2])
for (const [name, login, phone, path, act] of shots) {
  const page = await open(login, phone)
  await page.goto(base + path)
  await page.waitForTimeout(1500)
  if (act) for (const a of [].concat(act)) { try { await page.locator(a).first().click({ timeout: 3000 }) } catch (e) { console.log(name, a, String(e).slice(0, 100)) } await page.waitForTimeout(700) }
  await page.screenshot({ path: `/tmp/shot-${name}.png` })
  await page.context().close()
}
await browser.close()
