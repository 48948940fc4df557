import { spawn } from 'node:child_process'
import { accessSync, constants, createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Clock } from './clock.mjs'
import { fresh } from './database.mjs'
import { gateways } from './gateways.mjs'
import { within } from './until.mjs'

const ROOT = resolve(import.meta.dirname, '../..')
/** E2E_BINARY names another build than the one of `cargo build`. */
export const BINARY = process.env.E2E_BINARY || join(resolve(ROOT, process.env.CARGO_TARGET_DIR || 'target'), 'debug/shibicheng')
export const AREA = '滨海新区管委会'
const STAYING = { SHIBICHENG_SESSION_IDLE_HOURS: '2000', SHIBICHENG_SESSION_DAYS: '90' }

/** Says what is missing before anything is started. */
export function check() {
  for (const [path, how] of [
    [BINARY, 'cargo build -p shibicheng'],
    [join(ROOT, 'web/dist/index.html'), 'npm --prefix web ci && npm --prefix web run build'],
    [join(ROOT, 'web/dist/m.html'), 'npm --prefix web ci && npm --prefix web run build'],
  ]) {
    try {
      accessSync(path, constants.R_OK)
    } catch {
      throw new Error(`${path} is missing: ${how}`)
    }
  }
}

async function freePort() {
  const probe = createServer()
  await new Promise((done, refuse) => probe.once('error', refuse).listen(0, '127.0.0.1', done))
  const { port } = probe.address()
  await new Promise((done) => probe.close(done))
  return port
}

/** What still runs or lies about, so that an interrupted run leaves nothing behind. */
const running = new Set()
export const stopAll = () => Promise.all([...running].map((server) => server.stop()))

/**
 * Starts the real binary with an empty database in a new folder and waits until it is ready. With an instant `since`, its time
 * begins there and is the test's to move; whoever has signed in stays so, however far. With `demoClock` it is the program itself
 * that puts its time forward; with `ways` messages go out, to gateways that are the test's own: `true`, or `{ first: [CODE…] }` for one
 * of each kind.
 */
export async function start(logFile, { since, demoClock = false, ways = false } = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'sbc-e2e-'))
  let clock = null
  let database
  try {
    if (since) clock = await Clock.make(dir, since)
    database = await fresh()
  } catch (error) {
    await rm(dir, { recursive: true, force: true })
    throw error
  }
  const log = createWriteStream(logFile)
  // Somebody else may take the port in between: then the next one.
  for (let attempt = 1; ; attempt++) {
    try {
      return await launch({ dir, database, log, clock, demoClock, ways, port: await freePort() })
    } catch (error) {
      if (attempt < 3 && /listening on|address already in use/i.test(error.message)) continue
      log.end()
      await database.drop()
      await rm(dir, { recursive: true, force: true })
      throw error
    }
  }
}

async function launch({ dir, database, log, clock, demoClock, ways, port }) {
  const url = `http://127.0.0.1:${port}`
  const out = ways ? await gateways(BINARY, dir, freePort, url, ways) : null
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SHIBICHENG_')))
  const demo = demoClock ? { SHIBICHENG_DEMO_CLOCK: 'true', ...STAYING } : {}
  const child = spawn(BINARY, ['serve', '--listen', `127.0.0.1:${port}`, '--data-dir', dir, ...database.flags], {
    env: { ...inherited, SHIBICHENG_AREA_NAME: AREA, RUST_BACKTRACE: '1', ...(clock ? { ...clock.env, ...STAYING } : {}), ...demo, ...out?.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stdout.on('data', (bytes) => (said += bytes))
  child.stdout.pipe(log, { end: false })
  child.stderr.pipe(log, { end: false })
  let ended = null
  const gone = new Promise((done) =>
    child.once('close', (code, signal) => {
      ended = `the server ended by itself (${signal ?? `exit code ${code}`})`
      done()
    }),
  )
  const ready = new Promise((done, refuse) => {
    child.once('error', refuse)
    child.stdout.on('data', () => said.includes('事必成已启动') && done())
    void gone.then(() => refuse(new Error(`${ended}:\n${said}`)))
  })
  const server = {
    url,
    clock,
    out,
    /** Told once, at the first start. */
    password: () => /登录名 admin，初始密码 (\S+?)（/.exec(said)?.[1],
    /** A server that died is the reason for whatever else went wrong. */
    problem: () => ended,
    async stop() {
      running.delete(server)
      if (ended === null) {
        child.kill('SIGTERM')
        await within(15_000, 'ending the server', gone).catch(() => child.kill('SIGKILL'))
        await gone
      }
      await out?.stop()
      log.end()
      await database.drop()
      await rm(dir, { recursive: true, force: true })
    },
  }
  running.add(server)
  try {
    await within(60_000, 'starting the server', ready)
    return server
  } catch (error) {
    running.delete(server)
    child.kill('SIGKILL')
    await out?.stop()
    throw error
  }
}
