import { randomUUID } from 'node:crypto'

/** Everybody's password, once they have changed the initial one. */
export const PASSWORD = 'Binhai-2026-xinqu'

/** Somebody who talks to the server without a browser, to furnish a test or to look behind the page. */
export class Caller {
  constructor(url, token = '') {
    this.url = url
    this.token = token
  }

  async send(method, path, body) {
    const headers = { accept: 'application/json' }
    if (this.token) headers.authorization = `Bearer ${this.token}`
    if (method === 'POST') headers['idempotency-key'] = randomUUID()
    let payload
    if (body instanceof Uint8Array) payload = body
    else if (body !== undefined) {
      headers['content-type'] = 'application/json'
      payload = JSON.stringify(body)
    }
    const response = await fetch(`${this.url}/api/v1${path}`, { method, headers, body: payload })
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, json: text ? JSON.parse(text) : null }
  }

  async call(method, path, body) {
    const answer = await this.send(method, path, body)
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`)
    return answer.json
  }

  get = (path) => this.call('GET', path)
  post = (path, body = {}) => this.call('POST', path, body)
  put = (path, body) => this.call('PUT', path, body)
  patch = (path, body) => this.call('PATCH', path, body)
  del = (path) => this.call('DELETE', path)
}

/** Begins a session and answers its token, which is also what the browser's cookie holds. */
export async function signIn(url, login, password) {
  const answer = await new Caller(url).send('POST', '/session', { login, password })
  if (answer.status !== 200) throw new Error(`signing in as ${login}: ${answer.status} ${answer.text}`)
  const token = /sbc_session=([^;]+)/.exec(answer.headers.get('set-cookie') ?? '')?.[1]
  if (!token) throw new Error(`signing in as ${login} set no cookie`)
  return token
}

/** Signs in with an initial password, changes it, and answers the token. */
export async function settleIn(url, login, initial) {
  const token = await signIn(url, login, initial)
  await new Caller(url, token).put('/me/password', { current: initial, new: PASSWORD })
  return token
}
