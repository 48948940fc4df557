import { createServer } from 'node:net'

const QUOTED = /=([0-9A-F]{2})/g
/** The text of a letter of one part, whichever way it was packed. */
function unpacked(letter) {
  const [head, ...body] = letter.split('\r\n\r\n')
  const text = body.join('\r\n\r\n')
  if (/^content-transfer-encoding: *base64/im.test(head)) return Buffer.from(text, 'base64').toString()
  if (!/^content-transfer-encoding: *quoted-printable/im.test(head)) return text
  const bytes = text.replace(/=\r\n/g, '').replace(QUOTED, (_, hex) => String.fromCharCode(parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString()
}

/** A mail server that takes every letter and keeps it: `letters` of { to, text }, the latest last. */
export async function mailbox() {
  const letters = []
  const sockets = new Set()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined)
    let rest = ''
    let to = []
    let taking = false
    const say = (line) => socket.write(`${line}\r\n`)
    say('220 here')
    socket.setEncoding('latin1').on('data', (some) => {
      rest += some
      for (;;) {
        const end = rest.indexOf(taking ? '\r\n.\r\n' : '\r\n')
        if (end < 0) return
        const said = rest.slice(0, end)
        rest = rest.slice(end + (taking ? 5 : 2))
        if (taking) {
          taking = false
          letters.push({ to, text: unpacked(Buffer.from(said, 'latin1').toString()) })
          to = []
          say('250 taken')
        } else if (/^DATA/i.test(said)) {
          taking = true
          say('354 go on')
        } else if (/^QUIT/i.test(said)) socket.end('221 bye\r\n')
        else {
          const whom = /^RCPT TO:<([^>]*)>/i.exec(said)?.[1]
          if (whom) to.push(whom)
          say('250 well')
        }
      }
    })
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  return {
    port: server.address().port,
    letters,
    close() {
      for (const socket of sockets) socket.destroy()
      return new Promise((done) => server.close(done))
    },
  }
}
