import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { accessSync, constants, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Which database the servers of this run use: `sqlite` or `postgres`. */
export const KIND = process.env.E2E_DATABASE || 'sqlite'
const ADMIN = process.env.SHIBICHENG_TEST_POSTGRES ?? ''

/** Says what is missing before anything is started. */
export function check() {
  if (KIND === 'sqlite') return
  if (KIND !== 'postgres') throw new Error(`E2E_DATABASE is “${KIND}”; it may be sqlite or postgres.`)
  if (!ADMIN) {
    throw new Error(
      'E2E_DATABASE=postgres needs SHIBICHENG_TEST_POSTGRES, the URL of somebody who may create databases: ' +
        '`. bin/lib/postgres.sh; start_postgres` starts a server and sets it.',
    )
  }
  psql()
}

function psql() {
  const folders = (process.env.PATH ?? '').split(delimiter)
  for (const base of ['/usr/lib/postgresql', '/opt/homebrew/opt', '/usr/local/opt']) {
    try {
      for (const name of readdirSync(base).sort().reverse()) folders.push(join(base, name, 'bin'))
    } catch {
      // not on this machine
    }
  }
  const found = folders.map((folder) => join(folder, 'psql')).find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
  if (!found) throw new Error('There is no psql, with which the databases are made. Debian/Ubuntu: apt-get install postgresql-client')
  return found
}

const say = (sql) => run(psql(), ['--no-psqlrc', '--quiet', '--dbname', ADMIN, '--command', sql])

/** A database of one's own: the flags for the server, and how to be rid of it. */
export async function fresh() {
  if (KIND === 'sqlite') return { flags: [], drop: async () => undefined }
  const name = `e2e_${randomBytes(6).toString('hex')}`
  await say(`create database ${name}`)
  const url = new URL(ADMIN)
  url.pathname = `/${name}`
  return { flags: ['--database-url', url.href], drop: () => say(`drop database if exists ${name} with (force)`) }
}
