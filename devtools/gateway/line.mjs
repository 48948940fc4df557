// What the operators' lines have in common: frames that begin with their length, sessions, and news that is told until it is kept.
import { createServer } from 'node:net'
import { Box, phoneTitle, replyForm } from './box.mjs'
import { port } from './entries.mjs'

/** Neither protocol has a longer frame. */
const LONGEST = 64 * 1024
/** What was not kept is told again after so long. */
const AGAIN = 2000

function frames(socket, each) {
  let rest = Buffer.alloc(0)
  socket.on('data', (some) => {
    rest = Buffer.concat([rest, some])
    while (rest.length >= 4) {
      const length = rest.readUInt32BE(0)
      if (length < 12 || length > LONGEST) return socket.destroy()
      if (rest.length < length) return
      const frame = rest.subarray(0, length)
      rest = rest.subarray(length)
      try {
        each(frame)
      } catch (error) {
        console.error(`not understood: ${error.message}`)
        return socket.destroy()
      }
    }
  })
}

/** Reads octet by octet. */
export class Reader {
  constructor(buffer, at = 0) {
    Object.assign(this, { buffer, at })
  }
  take(length) {
    if (this.at + length > this.buffer.length) throw new Error('a frame that is too short')
    return this.buffer.subarray(this.at, (this.at += length))
  }
  u8 = () => this.take(1)[0]
  u16 = () => this.take(2).readUInt16BE(0)
  u32 = () => this.take(4).readUInt32BE(0)
  /** A text that ends with a zero. */
  ended() {
    const end = this.buffer.indexOf(0, this.at)
    if (end < 0) throw new Error('a text without an end')
    return this.take(end + 1 - this.at).subarray(0, -1).toString('latin1')
  }
  /** A text in a field of this width. */
  field(width) {
    const field = this.take(width)
    const end = field.indexOf(0)
    return field.subarray(0, end < 0 ? width : end).toString('latin1').trim()
  }
  get left() {
    return this.buffer.length - this.at
  }
}

export const wide = (text) => Buffer.from(text, 'utf16le').swap16()
const narrow = (bytes) => Buffer.from(bytes.subarray(0, bytes.length & ~1)).swap16().toString('utf16le')
/** A text in the alphabet of its number. */
export const words = (bytes, coding) => (coding === 8 ? narrow(bytes) : new TextDecoder(coding === 15 ? 'gbk' : 'utf-8').decode(bytes))
/** `YYMMDDhhmm` on a Chinese wall. */
export const stamp = () => new Date(Date.now() + 8 * 3600_000).toISOString().replace(/\D/g, '').slice(2, 12)

/** Cuts the header off that joins parts (3GPP TS 23.040); answers what it says as well. */
export function joined(content, header) {
  if (!header) return { content }
  const [length, kind, , reference, total, number] = content
  return { content: content.subarray(length + 1), part: kind === 0 ? { reference, total, number } : undefined }
}

/**
 * A twin at the far end of a line. `wire(session)` speaks the protocol: `hear(frame)` answers nothing, and writes by `session.write`.
 * `report` and `reply` give the frame that tells what became of a message, or what somebody says.
 */
export function line(entry, { server, whose }, label, wire) {
  const at = port(entry.of.address)
  const box = new Box(entry, server, { label, hint: `127.0.0.1:${at}，没有连上` })
  const sessions = new Set()
  const queue = []
  const parts = new Map()

  const connected = () => (box.hint = `127.0.0.1:${at}，${sessions.size ? `已连上 ${sessions.size} 条` : '没有连上'}`)

  function flush() {
    const session = [...sessions].at(-1)
    for (const news of session ? queue.filter((one) => !one.under) : []) {
      news.under = true
      const sequence = session.next()
      session.told.set(sequence, news)
      session.write(news.make(session.wire, sequence))
    }
  }
  /** Resolves once the other side has kept it, however often it has to be told. */
  const tell = (make) =>
    new Promise((kept) => {
      queue.push({ make, kept, under: false })
      flush()
    })

  async function heard(from, text) {
    const last = box.messages.findLast(({ to }) => to === from)
    last.note = '等线路收下回复'
    await tell((wire, sequence) => wire.reply(from, text, sequence))
    return '回复已收下'
  }

  /** A part came in. The name of the last one is the message's. */
  function take({ to, text, part, provider_id, wanted }) {
    let whole = text
    if (part) {
      const name = `${to}/${part.reference}/${part.total}`
      const known = parts.get(name) ?? new Map()
      parts.set(name, known.set(part.number, { text, provider_id, wanted }))
      if (known.size < part.total) return
      parts.delete(name)
      const all = [...known].sort(([a], [b]) => a - b).map(([, one]) => one)
      whole = all.map((one) => one.text).join('')
      ;({ provider_id, wanted } = all.at(-1))
    }
    const message = box.take({ id: provider_id, provider_id, to, text: whole, ...(part ? { parts: part.total } : {}) })
    if (part) message.note = `${part.total} 条拼成`
    if (!wanted) return
    void box.receipts(message, (arrived) => tell((wire, sequence) => wire.report(message, arrived ? 'DELIVRD' : 'UNDELIV', sequence)).then(() => ''))
  }

  const listener = createServer((socket) => {
    socket.on('error', () => undefined)
    if (box.mood === 'broken') return socket.destroy()
    let sequence = 0
    const session = {
      told: new Map(),
      next: () => (sequence = (sequence % 0x7fffffff) + 1),
      write: (frame) => socket.writable && socket.write(frame),
      /** Somebody who may has come in. */
      open() {
        sessions.add(session)
        connected()
        flush()
      },
      /** The other side has answered to news. */
      answered(sequence, kept) {
        const news = session.told.get(sequence)
        session.told.delete(sequence)
        if (!news) return
        if (kept) {
          queue.splice(queue.indexOf(news), 1)
          news.kept()
        } else
          setTimeout(() => {
            news.under = false
            flush()
          }, AGAIN)
      },
      end: (frame) => socket.end(frame),
      destroy: () => socket.destroy(),
      box,
      /** Answers a part by `write(refusal)`, where `refusal` is 'busy', 'barred' or nothing, and takes it. */
      async submit(part, write) {
        await box.patience()
        const refusal = ['busy', 'barred'].includes(box.mood) ? box.mood : ''
        write(refusal)
        if (!refusal) take(part)
      },
    }
    session.wire = wire(session)
    frames(socket, (frame) => session.wire.hear(frame))
    socket.on('close', () => {
      sessions.delete(session)
      for (const news of session.told.values()) news.under = false
      connected()
      flush()
    })
  })

  return {
    box,
    at,
    listener,
    /** Lines that are open break when it breaks. */
    moved() {
      if (box.mood === 'broken') for (const session of sessions) session.destroy()
    },
    acts: {
      // Nobody waits for a line that may be down for long.
      answer: (form) => void box.answer(form.get('to'), form.get('text'), (text) => heard(form.get('to'), text)),
    },
    side: () => box.side(box.cards(phoneTitle(whose), (to) => replyForm(box.code, to, '1'))),
  }
}
