import { createServer, request } from 'node:http'

/**
 * A line to the server that can be bad: it lies between the browser and the real server, on a port of its own.
 * `rewrite[path]` changes what a path answers; `cut` is asked of every request and may break it off.
 */
export async function line(target) {
  const to = new URL(target)
  const state = { rewrite: {}, cut: () => false, slow: () => 0, seen: [] }
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url.split('?')[0]
    state.seen.push(`${incoming.method} ${path}`)
    const change = state.rewrite[path]
    const headers = { ...incoming.headers, ...(change ? { 'accept-encoding': 'identity' } : {}) }
    const bytes = state.cut(incoming.method, path)
    const ask = request({ host: to.hostname, port: to.port, method: incoming.method, path: incoming.url, headers }, (answer) => {
      const wait = state.slow(incoming.method, path)
      const pass = () => {
        if (change) {
          const parts = []
          answer.on('data', (part) => parts.push(part))
          answer.on('end', () => {
            const body = change(Buffer.concat(parts).toString())
            outgoing.writeHead(answer.statusCode, { ...answer.headers, 'content-length': Buffer.byteLength(body) })
            outgoing.end(body)
          })
        } else {
          outgoing.writeHead(answer.statusCode, answer.headers)
          answer.pipe(outgoing)
        }
      }
      if (wait) setTimeout(pass, wait)
      else pass()
    })
    ask.on('error', () => outgoing.destroy())
    outgoing.on('close', () => ask.destroy())
    if (bytes === false) return void incoming.pipe(ask)
    // Broken in the middle: so much of it goes through, then the line is dead in both directions.
    let gone = 0
    incoming.on('data', (part) => {
      gone += part.length
      ask.write(part)
      if (gone >= bytes) {
        ask.destroy()
        incoming.socket.destroy()
      }
    })
    incoming.on('end', () => ask.end())
  })
  await new Promise((done, refuse) => server.once('error', refuse).listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    state,
    close: () =>
      new Promise((done) => {
        server.close(done)
        server.closeAllConnections()
      }),
  }
}
