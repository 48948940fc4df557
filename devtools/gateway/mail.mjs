// A mail server: takes every letter but those to nobody@…, which it refuses at once, and has those to bounced@… come back later, as a
// report (RFC 3464) that it hands on to the server.
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:net'
import { Box, later, WITHOUT_RECEIPTS } from './box.mjs'
import { escaped } from './page.mjs'

/** No letter of ours is longer. */
const LONGEST = 1 << 20

const REFUSED = /^nobody@/i
const BOUNCED = /^bounced@/i

const bytesOf = (text, encoding) => {
  if (/base64/i.test(encoding)) return Buffer.from(text, 'base64')
  if (!/quoted-printable/i.test(encoding)) return Buffer.from(text, 'latin1')
  return Buffer.from(text.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16))), 'latin1')
}
const decoded = (bytes, charset) => {
  try {
    return new TextDecoder(charset || 'utf-8').decode(bytes)
  } catch {
    return bytes.toString()
  }
}

/** A line of a head as people read it (RFC 2047). White space between two packed words is none. */
export const plain = (text) =>
  text.replace(/(=\?[^?]+\?[bq]\?[^?]*\?=)\s+(?==\?)/gi, '$1').replace(/(?:=\?[^?]+\?[bq]\?[^?]*\?=)+/gi, (words) => {
    const parts = [...words.matchAll(/=\?([^?*]+)[^?]*\?([bq])\?([^?]*)\?=/gi)]
    // A character may lie in two of them.
    const bytes = parts.map(([, , kind, packed]) => (/b/i.test(kind) ? bytesOf(packed, 'base64') : bytesOf(packed.replace(/_/g, ' '), 'quoted-printable')))
    return decoded(Buffer.concat(bytes), parts[0][1])
  })

/** Head and words of a letter, octets as latin1. Of one in parts the first that is plain text. */
export function letter(raw) {
  const end = raw.search(/\r?\n\r?\n/)
  const head = (end < 0 ? raw : raw.slice(0, end)).replace(/\r?\n[ \t]+/g, ' ')
  const body = end < 0 ? '' : raw.slice(end).replace(/^\r?\n\r?\n/, '')
  const get = (name) => new RegExp(`^${name}: *(.*)$`, 'im').exec(head)?.[1].trim() ?? ''
  const type = get('Content-Type')
  const boundary = /boundary="?([^";]+)/i.exec(type)?.[1]
  if (boundary) {
    const parts = body.split(`--${boundary}`).slice(1, -1).map((part) => letter(part.replace(/^\r?\n/, '')))
    return { get, type, text: (parts.find((part) => !/html/i.test(part.type)) ?? parts[0])?.text ?? '' }
  }
  return { get, type, text: decoded(bytesOf(body, get('Content-Transfer-Encoding')), /charset="?([\w-]+)/i.exec(type)?.[1]) }
}

/** What a server writes about a letter that it could not bring. */
const report = (to, from, id) =>
  [
    'From: MAILER-DAEMON@twin.example (Mail Delivery System)',
    `To: ${from}`,
    'Subject: Undelivered Mail Returned to Sender',
    `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="B1"',
    '',
    '--B1',
    'Content-Type: text/plain; charset=us-ascii',
    '',
    'The mailbox is full.',
    '',
    '--B1',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; twin.example',
    '',
    `Final-Recipient: rfc822; ${to}`,
    'Action: failed',
    'Status: 5.2.2',
    'Diagnostic-Code: smtp; 552 5.2.2 mailbox full',
    '',
    '--B1',
    'Content-Type: text/rfc822-headers',
    '',
    `Message-ID: ${id}`,
    '',
    '--B1--',
    '',
  ].join('\r\n')

export function mail(entry, { server }) {
  const at = Number(entry.of.port ?? 25)
  const hint = `127.0.0.1:${at}，nobody@… 当场拒收（550），bounced@… 收下后退信`
  const box = new Box(entry, server, { label: '电子邮件', hint, moods: WITHOUT_RECEIPTS })

  function take(from, to, raw) {
    const { get, text } = letter(raw)
    const own = get('Message-ID')
    const message = box.take({ id: own.replace(/[<>]/g, ''), to, from, title: plain(get('Subject')), text: text.trim() })
    message.provider_id = randomBytes(6).toString('hex')
    if (BOUNCED.test(to)) void back(message, from, own)
    return message
  }
  async function back(message, from, own) {
    await later(1000)
    message.note = await box.post('message/rfc822', report(message.to, from, own))
    message.fate = '已退信'
  }

  const listener = createServer((socket) => {
    socket.on('error', () => undefined).setEncoding('latin1')
    if (box.mood === 'broken') return socket.end('421 4.3.0 out of order\r\n')
    let [rest, from, to, taking] = ['', '', [], false]
    const say = (line) => socket.writable && socket.write(`${line}\r\n`)
    const moods = { busy: '451 4.3.2 too busy, try again later', barred: '550 5.7.1 you may not send here' }
    function command(line) {
      const [verb, rest] = [line.slice(0, 4).toUpperCase(), line.slice(4)]
      const address = /<([^>]*)>/.exec(rest)?.[1] ?? ''
      if (verb === 'EHLO') return say('250-twin.example\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES')
      if (verb === 'QUIT') return socket.end('221 2.0.0 bye\r\n')
      if (verb === 'MAIL') {
        if (moods[box.mood]) return say(moods[box.mood])
        ;[from, to] = [address, []]
      } else if (verb === 'RCPT') {
        if (!from) return say('503 5.5.1 MAIL first')
        if (REFUSED.test(address)) return say(`550 5.1.1 <${address}>: Recipient address rejected: User unknown`)
        to.push(address)
      } else if (verb === 'DATA') {
        if (!to.length) return say('503 5.5.1 RCPT first')
        taking = true
        return say('354 end with a dot')
      } else if (!['HELO', 'RSET', 'NOOP'].includes(verb)) return say('502 5.5.2 not known here')
      return say('250 2.0.0 Ok')
    }
    say('220 twin.example ESMTP')
    // One after the other, also where the letter has to wait.
    let turn = Promise.resolve()
    const next = async () => {
      for (;;) {
        const end = rest.indexOf(taking ? '\r\n.\r\n' : '\r\n')
        if (end < 0) return
        const some = rest.slice(0, end)
        rest = rest.slice(end + (taking ? 5 : 2))
        if (!taking) command(some)
        else {
          taking = false
          await box.patience()
          const taken = to.map((one) => take(from, one, some.replace(/^\.\./gm, '.')))
          ;[from, to] = ['', []]
          say(`250 2.0.0 Ok: queued as ${taken[0].provider_id}`)
        }
      }
    }
    socket.on('data', (some) => {
      rest += some
      if (rest.length > LONGEST) return socket.destroy()
      turn = turn.then(next)
    })
  })

  return { box, at, listener, acts: {}, side: () => box.side(box.cards((to) => escaped(to), () => '')) }
}
