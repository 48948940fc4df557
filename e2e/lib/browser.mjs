import { accessSync, constants } from 'node:fs'
import { chromium } from 'playwright-core'
import { turn } from './clock.mjs'
import { line } from './line.mjs'
import { PATIENCE } from './until.mjs'

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--no-first-run',
  // Whatever a page may try to reach, it does not.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
]
// The switch counts once, so what Playwright switches off stands here again.
const WITHOUT = [
  // Pages of the browser's own, built beside every window and never looked at: a fifth of all that a run costs.
  ...['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup', 'WebUIOmniboxFullPopup', 'PreloadTopChromeWebUI', 'InitialWebUI', 'WebUIToolbar'],
  'SpareRendererForSitePerProcess',
  ...['AvoidCorsURLLoaderRestartOnRedirect', 'AvoidUnnecessaryBeforeUnloadCheckSync', 'DestroyProfileOnBrowserClose', 'HttpsUpgrades'],
  ...['HttpsFirstBalancedModeAutoEnable', 'LensOverlay', 'MediaRouter', 'PaintHolding', 'ThirdPartyStoragePartitioning'],
  ...['OptimizationHints', 'NetworkTimeServiceQuerying', 'AimEnabled', 'PreconnectToSearch'],
]
const HERE = new Set(['127.0.0.1', 'localhost', '[::1]'])

export function executable() {
  const named = process.env.CHROMIUM || process.env.E2E_CHROMIUM
  const found = (named ? [named] : ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']).find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
  if (!found) throw new Error(`There is no browser at ${named || '/usr/bin/chromium'}; set CHROMIUM to its path.`)
  return found
}

export const launch = () => chromium.launch({ executablePath: executable(), headless: true, args: [...FLAGS, `--disable-features=${WITHOUT}`] })

const DESK = { viewport: { width: 1440, height: 900 } }
const PHONE = {
  viewport: { width: 375, height: 812 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
  userAgent:
    'Mozilla/5.0 (Linux; Android 13; Pixel 7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36',
}

/** What a browser always says of an answer that is no success. The test says which ones it expects. */
const REFUSED = /^Failed to load resource: the server responded with a status of (\d+)/

/** The windows of one test, and everything in them that should not have happened. */
export class Windows {
  constructor(browser, url, clock = null) {
    this.browser = browser
    this.url = url
    this.clock = clock
    this.contexts = []
    this.lines = []
    this.faults = []
    this.expected = []
    this.offline = false
  }

  /**
   * Says that this is going to happen and is no fault: `{ status: 409, path: /submission/ }` for an answer,
   * `{ text: /…/ }` for words in the console.
   */
  expect(...what) {
    this.expected.push(...what)
  }

  desk(person, options = {}) {
    return this.open(person, { ...DESK, ...options }, '')
  }

  phone(person, options = {}) {
    return this.open(person, { ...PHONE, ...options }, '/m')
  }

  /** A phone whose line to the server can really be lost, page by page and worker by worker: `{ page, through }`. */
  async phoneOnLine(person) {
    const through = await line(this.url)
    this.lines.push(through)
    return { page: await this.phone(person, { baseURL: through.url }), through }
  }

  /** A window of a browser of its own; signed in as the person, where one is given. */
  async open(person, options, base) {
    const context = await this.browser.newContext({
      baseURL: this.url,
      locale: 'zh-CN',
      timezoneId: 'Asia/Shanghai',
      // Nothing to wait for; what moves is not what is tested.
      reducedMotion: 'reduce',
      ...options,
    })
    this.contexts.push(context)
    context.setDefaultTimeout(PATIENCE)
    if (this.clock) await context.addInitScript(turn, this.clock.ahead)
    if (person) await context.addCookies([{ name: 'sbc_session', value: person.token, url: this.url, httpOnly: true, sameSite: 'Strict' }])
    context.on('request', (request) => this.#watch(request))
    context.on('response', (response) => {
      if (response.status() >= 500) this.#fault(`${response.status()} from ${response.request().method()} ${response.url()}`)
    })
    context.on('page', (page) => this.#listen(page))
    const page = await context.newPage()
    page.base = base
    return page
  }

  /** Moves the time of the server and of what is open. A page that is loaded later is told by the latest of its scripts. */
  async move(instant) {
    this.clock.move(instant)
    await Promise.all(this.contexts.map((context) => context.addInitScript(turn, this.clock.ahead)))
    await Promise.all(this.pages.map((page) => page.evaluate(turn, this.clock.ahead)))
  }

  #fault(text) {
    this.faults.push(text)
  }

  #watch(request) {
    const url = new URL(request.url())
    if (url.protocol === 'data:' || url.protocol === 'blob:' || url.protocol === 'about:') return
    if (!HERE.has(url.hostname)) this.#fault(`a request left this machine: ${request.url()}`)
  }

  #listen(page) {
    page.on('pageerror', (error) => this.#fault(`error in the page ${page.url()}: ${error.stack ?? error}`))
    page.on('crash', () => this.#fault(`the page crashed: ${page.url()}`))
    page.on('console', (message) => {
      if (message.type() !== 'error') return
      const text = message.text()
      const url = message.location().url
      if (this.#isExpected(text, url)) return
      this.#fault(`console error in ${page.url()}: ${text}${url ? ` (${url})` : ''}`)
    })
  }

  #isExpected(text, url) {
    const status = Number(REFUSED.exec(text)?.[1] ?? 0)
    // Whoever is not signed in is asked to sign in: that is how the page learns it.
    if (status === 401 && url.endsWith('/api/v1/me')) return true
    if (this.offline && /net::ERR_/.test(text)) return true
    return this.expected.some((one) =>
      one.text ? one.text.test(text) : one.status === status && (!one.path || one.path.test(url)),
    )
  }

  get pages() {
    return this.contexts.flatMap((context) => context.pages())
  }

  async close() {
    await Promise.all(this.contexts.map((context) => context.close().catch(() => undefined)))
    await Promise.all(this.lines.map((one) => one.close()))
  }
}
