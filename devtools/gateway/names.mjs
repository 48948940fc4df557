// Who has which telephone, for serve.mjs: read from the server as somebody who may read it (--login, --password), and now and then again.

const EVERY = 60_000

/** A map of telephone numbers to names that fills itself; `note` says why it is empty. */
export function names(server, login, password) {
  const known = { of: new Map(), note: '' }
  if (!login) return known
  const ask = async (path, options = {}) => {
    const answer = await fetch(`${server}/api/v1${path}`, options)
    if (!answer.ok) throw new Error(`服务器回答 ${answer.status}`)
    return answer
  }
  async function read() {
    const session = await ask('/session', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ login, password }) })
    const cookie = session.headers.getSetCookie().map((one) => one.split(';')[0]).join('; ')
    const found = new Map()
    let cursor = ''
    do {
      const page = await (await ask(`/persons?limit=200${cursor}`, { headers: { cookie } })).json()
      for (const { phone, name } of page.items) if (phone) found.set(phone, found.has(phone) ? `${found.get(phone)}、${name}` : name)
      cursor = page.next_cursor ? `&cursor=${encodeURIComponent(page.next_cursor)}` : ''
    } while (cursor)
    await fetch(`${server}/api/v1/session`, { method: 'DELETE', headers: { cookie } }).catch(() => undefined)
    known.of = found
    known.note = ''
  }
  const again = () =>
    read()
      .catch((error) => (known.note = `没有读到姓名：${error.cause?.code ?? error.message}`))
      .finally(() => setTimeout(again, EVERY).unref())
  void again()
  return known
}
