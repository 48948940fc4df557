// A gateway of 中国移动 that speaks CMPP 2.0 and 3.0: whichever the other side connects with.
import { createHash, randomBytes } from 'node:crypto'
import { joined, line, Reader, stamp, wide, words } from './line.mjs'

const ANSWER = 0x80000000
const [CONNECT, TERMINATE, SUBMIT, DELIVER, ACTIVE_TEST] = [1, 2, 4, 5, 8]
/** Of CMPP_CONNECT_RESP. */
const [WRONG_SOURCE, WRONG_SECRET, TOO_HIGH] = [2, 3, 4]
/** Of CMPP_SUBMIT_RESP. */
const REFUSALS = { busy: 8, barred: 10 }
/** What a message has room for. */
const ROOM = 140

const md5 = (...parts) => createHash('md5').update(Buffer.concat(parts.map((part) => Buffer.from(part)))).digest()

function frame(command, sequence, ...body) {
  const head = Buffer.alloc(12)
  head.writeUInt32BE(12 + body.reduce((sum, part) => sum + part.length, 0), 0)
  head.writeUInt32BE(command >>> 0, 4)
  head.writeUInt32BE(sequence, 8)
  return Buffer.concat([head, ...body])
}
const field = (text, width) => {
  const out = Buffer.alloc(width)
  out.write(text.slice(0, width), 'latin1')
  return out
}
const name = (id) => {
  const out = Buffer.alloc(8)
  out.writeBigUInt64BE(BigInt(id))
  return out
}
const fresh = () => randomBytes(8).readBigUInt64BE() >> 1n

export const cmpp = (entry, tools) =>
  line(entry, tools, `CMPP ${entry.of.version === 2 ? '2.0' : '3.0'} 专线`, (session) => {
    let third = false
    let open = false
    const state = (value) => {
      if (!third) return Buffer.from([value])
      const out = Buffer.alloc(4)
      out.writeUInt32BE(value)
      return out
    }
    const phone = () => (third ? 32 : 21)

    function connect(sequence, reader) {
      const [source, given, version, at] = [reader.field(6), reader.take(16), reader.u8(), reader.u32()]
      third = version >= 0x30
      const right = md5(source, Buffer.alloc(9), entry.of.secret, String(at).padStart(10, '0'))
      const known = given.equals(right) && session.box.mood !== 'barred'
      const status = version > 0x30 ? TOO_HIGH : source !== String(entry.of.provider) ? WRONG_SOURCE : known ? 0 : WRONG_SECRET
      const proof = md5(state(status), given, entry.of.secret)
      session.write(frame(CONNECT | ANSWER, sequence, state(status), proof, Buffer.from([third ? 0x30 : 0x20])))
      if (status) return session.end()
      open = true
      session.open()
    }
    function submitted(reader) {
      reader.take(8 + 2)
      const wanted = reader.u8() === 1
      reader.take(1 + 10 + 1 + phone() + (third ? 1 : 0) + 1)
      const [header, coding] = [reader.u8() === 1, reader.u8()]
      reader.take(6 + 2 + 6 + 34 + 21)
      const numbers = reader.u8()
      const to = reader.field(phone())
      reader.take((numbers - 1) * phone() + (third ? 1 : 0))
      const { content, part } = joined(reader.take(reader.u8()), header)
      return { to, text: words(content, coding), part, wanted }
    }
    function deliver(sequence, { id, from, receipt, coding, content }) {
      const rest = Buffer.alloc(third ? 20 : 8)
      const flags = Buffer.from([0, 0, coding])
      const sender = third ? Buffer.concat([field(from, 32), Buffer.from([0])]) : field(from, 21)
      const ends = Buffer.from([receipt ? 1 : 0, content.length])
      const to = field(String(entry.of.source), 21)
      return frame(DELIVER, sequence, name(id), to, field(String(entry.of.service), 10), flags, sender, ends, content, rest)
    }
    return {
      hear(bytes) {
        const reader = new Reader(bytes, 4)
        const [command, sequence] = [reader.u32(), reader.u32()]
        if (command === CONNECT) connect(sequence, reader)
        else if (command === TERMINATE) session.end(frame(TERMINATE | ANSWER, sequence))
        else if (command === ACTIVE_TEST) session.write(frame(ACTIVE_TEST | ANSWER, sequence, Buffer.from([0])))
        else if (command === SUBMIT && open) {
          const id = fresh()
          const answer = (refusal) => session.write(frame(SUBMIT | ANSWER, sequence, name(refusal ? 0n : id), state(REFUSALS[refusal] ?? 0)))
          void session.submit({ ...submitted(reader), provider_id: String(id) }, answer)
        } else if (command === (DELIVER | ANSWER) >>> 0) {
          reader.take(8)
          session.answered(sequence, (third ? reader.u32() : reader.u8()) === 0)
        }
      },
      report({ to, provider_id }, stat, sequence) {
        const content = Buffer.concat([name(provider_id), field(stat, 7), field(stamp(), 10), field(stamp(), 10), field(to, phone()), Buffer.alloc(4)])
        return deliver(sequence, { id: fresh(), from: to, receipt: true, coding: 0, content })
      },
      // A telephone would cut what is longer into messages of its own.
      reply: (from, words, sequence) => deliver(sequence, { id: fresh(), from, receipt: false, coding: 8, content: wide(words).subarray(0, ROOM) }),
    }
  })
