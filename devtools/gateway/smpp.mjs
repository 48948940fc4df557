// An operator's SMSC that speaks SMPP 3.4.
import { randomBytes } from 'node:crypto'
import { joined, line, Reader, stamp, wide, words } from './line.mjs'

const ANSWER = 0x80000000
const [BIND_RECEIVER, BIND_TRANSMITTER, SUBMIT, DELIVER, UNBIND, BIND_TRANSCEIVER, ENQUIRE] = [1, 2, 4, 5, 6, 9, 0x15]
const [WRONG_COMMAND, INVALID_SOURCE, WRONG_PASSWORD, WRONG_ID, NOT_BOUND, TOO_MANY] = [3, 0x0a, 0x0e, 0x0f, 4, 0x58]
const [PAYLOAD, RECEIPTED, STATE] = [0x0424, 0x001e, 0x0427]
const [SAR_REFERENCE, SAR_TOTAL, SAR_NUMBER] = [0x020c, 0x020e, 0x020f]
/** What `short_message` has room for. */
const ROOM = 254

const text = (words) => Buffer.from(`${words}\0`, 'latin1')
const parameter = (tag, value) => {
  const head = Buffer.alloc(4)
  head.writeUInt16BE(tag, 0)
  head.writeUInt16BE(value.length, 2)
  return Buffer.concat([head, value])
}

function frame(command, status, sequence, ...body) {
  const head = Buffer.alloc(16)
  head.writeUInt32BE(16 + body.reduce((sum, part) => sum + part.length, 0), 0)
  head.writeUInt32BE(command >>> 0, 4)
  head.writeUInt32BE(status, 8)
  head.writeUInt32BE(sequence, 12)
  return Buffer.concat([head, ...body])
}

function submitted(reader) {
  reader.ended()
  const [, , source] = [reader.u8(), reader.u8(), reader.ended()]
  const [, , to] = [reader.u8(), reader.u8(), reader.ended()]
  const [kind, , , , , registered, , coding] = [
    reader.u8(),
    reader.u8(),
    reader.u8(),
    reader.ended(),
    reader.ended(),
    reader.u8(),
    reader.u8(),
    reader.u8(),
  ]
  reader.u8()
  let content = reader.take(reader.u8())
  const more = new Map()
  while (reader.left >= 4) more.set(reader.u16(), reader.take(reader.u16()))
  content = more.get(PAYLOAD) ?? content
  let { content: bare, part } = joined(content, (kind & 0x40) !== 0)
  if (more.has(SAR_TOTAL))
    part = { reference: more.get(SAR_REFERENCE).readUInt16BE(0), total: more.get(SAR_TOTAL)[0], number: more.get(SAR_NUMBER)[0] }
  return { source, to, text: words(bare, coding), part, wanted: (registered & 1) !== 0 }
}

export const smpp = (entry, tools) =>
  line(entry, tools, 'SMPP 专线', (session) => {
    let bound = false
    const source = String(entry.of.source || '10690000')
    const deliver = (sequence, from, kind, coding, content, more = []) => {
      const short = content.length > ROOM ? Buffer.alloc(0) : content
      if (short !== content) more = [...more, parameter(PAYLOAD, content)]
      const middle = [text(''), Buffer.from([1, 1]), text(from), Buffer.from([0, 0]), text(source)]
      const flags = Buffer.from([kind, 0, 0, 0, 0, 0, 0, coding, 0, short.length])
      return frame(DELIVER, 0, sequence, ...middle, flags, short, ...more)
    }
    function bind(command, sequence, reader) {
      const [id, password] = [reader.ended(), reader.ended()]
      const status = id !== entry.of.system_id ? WRONG_ID : password !== entry.of.password || session.box.mood === 'barred' ? WRONG_PASSWORD : 0
      session.write(frame((command | ANSWER) >>> 0, status, sequence, ...(status ? [] : [text('twin')])))
      if (status) return session.end()
      bound = true
      session.open()
    }
    return {
      hear(bytes) {
        const head = new Reader(bytes, 4)
        const [command, status, sequence] = [head.u32(), head.u32(), head.u32()]
        const answer = (status, ...body) => session.write(frame((command | ANSWER) >>> 0, status, sequence, ...body))
        if ([BIND_RECEIVER, BIND_TRANSMITTER, BIND_TRANSCEIVER].includes(command)) bind(command, sequence, head)
        else if (command === ENQUIRE) answer(0)
        else if (command === UNBIND) session.end(frame((UNBIND | ANSWER) >>> 0, 0, sequence))
        else if (command === SUBMIT && !bound) answer(NOT_BOUND)
        else if (command === SUBMIT) {
          const provider_id = randomBytes(4).toString('hex')
          const refusals = { busy: TOO_MANY, barred: INVALID_SOURCE }
          void session.submit({ ...submitted(head), provider_id }, (refusal) => (refusal ? answer(refusals[refusal]) : answer(0, text(provider_id))))
        } else if (command === (DELIVER | ANSWER) >>> 0) session.answered(sequence, status === 0)
        else if (command < ANSWER) session.write(frame(ANSWER, WRONG_COMMAND, sequence))
      },
      report({ to, provider_id }, state, sequence) {
        const [arrived, error] = state === 'DELIVRD' ? ['001', '000'] : ['000', '001']
        const said = `id:${provider_id} sub:001 dlvrd:${arrived} submit date:${stamp()} done date:${stamp()} stat:${state} err:${error} text:`
        const more = [parameter(RECEIPTED, text(provider_id)), parameter(STATE, Buffer.from([state === 'DELIVRD' ? 2 : 5]))]
        return deliver(sequence, to, 4, 0, Buffer.from(said), more)
      },
      reply: (from, words, sequence) => deliver(sequence, from, 0, 8, wide(words)),
    }
  })
