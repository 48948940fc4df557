import { createServer, request } from 'node:http'

const never = () => false

/**
 * A line to the server that can be bad: it lies between the browser and the real server, on a port of its own. What is in
 * `state` is asked of every request, with its method and path (`cut` with its query, too), and may be changed at any time:
 * `rewrite[path]` changes what a path answers; `cut` says after how many bytes of the question the line breaks;
 * `lose` whether the answer is lost though the server gave it; `hold` is waited for before the answer goes on.
 */
export async function line(target) {
  const to = new URL(target)
  const state = { rewrite: {}, cut: never, lose: never, hold: never }
  let dead = false
  const server = createServer((incoming, outgoing) => {
    const { method, url } = incoming
    const path = url.split('?')[0]
    const change = state.rewrite[path]
    const cut = state.cut(method, path, new URL(url, target).searchParams)
    const lost = state.lose(method, path)
    const headers = { ...incoming.headers, ...(change ? { 'accept-encoding': 'identity' } : {}) }
    const ask = request({ host: to.hostname, port: to.port, method, path: url, headers }, async (answer) => {
      await state.hold(method, path)
      if (lost) return void answer.resume().on('end', () => incoming.socket.destroy())
      if (!change) {
        outgoing.writeHead(answer.statusCode, answer.headers)
        return void answer.pipe(outgoing)
      }
      const parts = []
      for await (const part of answer) parts.push(part)
      const body = Buffer.from(change(Buffer.concat(parts).toString()))
      outgoing.writeHead(answer.statusCode, { ...answer.headers, 'content-length': body.length })
      outgoing.end(body)
    })
    ask.on('error', () => outgoing.destroy())
    outgoing.on('close', () => ask.destroy())
    if (cut === false) return void incoming.pipe(ask)
    // Broken in the middle: so much of it goes through, then the line is dead in both directions.
    let passed = 0
    incoming.on('data', (part) => {
      ask.write(part.subarray(0, Math.max(0, cut - passed)))
      passed += part.length
      if (passed < cut) return
      ask.destroy()
      incoming.socket.destroy()
    })
  })
  server.on('connection', (socket) => dead && socket.destroy())
  await new Promise((done, refuse) => server.once('error', refuse).listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    state,
    /**
     * No line: the browser is told so, and nothing comes through whatever it tries. The browser's word alone is not
     * enough, since it does not hold for workers and for what a window being opened or closed has on its way.
     */
    async fall(context) {
      await context.setOffline(true)
      dead = true
      server.closeAllConnections()
    },
    async rise(context) {
      dead = false
      await context.setOffline(false)
    },
    close: () =>
      new Promise((done) => {
        server.close(done)
        server.closeAllConnections()
      }),
  }
}
