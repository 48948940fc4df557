// What all twins have in common: what came in, how they behave at the moment, and how they call the server.
import { answerForm, bubble, card, escaped, MOST } from './page.mjs'

/** How a gateway can behave. Each twin names those of them that the real thing is capable of. */
export const MOODS = {
  well: '正常',
  slow: '很慢',
  busy: '繁忙',
  broken: '故障',
  barred: '不认本系统',
  silent: '不回执',
  failing: '回执未送达',
  lying: '回执自相矛盾',
}
export const WITH_RECEIPTS = Object.keys(MOODS)
export const WITHOUT_RECEIPTS = ['well', 'slow', 'busy', 'broken', 'barred']
/** A gateway that is slow takes so long; the server waits longer. */
const SLOW = 5000

export const later = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))
export const now = () => new Date().toLocaleString('zh-CN', { timeZone: 'Asia/Shanghai' })
/** Date and time on a Chinese wall: `2026-01-05 09:00:00`. */
export const wall = () => new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 19).replace('T', ' ')
/** A number as people know it. */
export const dialled = (number) => number.replace(/^\+?86(?=1\d{10}$)/, '')

export class Box {
  /** What came in, the latest last: { id, provider_id, to, text, at, fate, note, answers }. */
  messages = []
  mood = 'well'

  constructor(entry, server, { label, hint = '', moods = WITH_RECEIPTS }) {
    Object.assign(this, { entry, code: entry.code, server, label, hint, moods })
    this.calls = `${server}/api/v1/gateways/${entry.code}/calls`
  }

  set(mood) {
    if (this.moods.includes(mood)) this.mood = mood
  }

  /** Waits where it is to be slow. */
  async patience() {
    if (this.mood === 'slow') await later(SLOW)
  }

  take(message) {
    this.messages.push({ ...message, at: now(), answers: [] })
    return this.messages.at(-1)
  }

  /** Calls the server; answers what went wrong, or nothing. */
  async post(type, body, address = `${this.calls}?token=${encodeURIComponent(this.entry.call_token ?? '')}`) {
    try {
      const answer = await fetch(address, { method: 'POST', headers: { 'content-type': type }, body })
      return answer.ok ? '' : `服务器回答 ${answer.status}`
    } catch (error) {
      return `服务器没有回答：${error.cause?.code ?? error.message}`
    }
  }

  /** Has what became of a message told by `say(arrived)`. Who asks is told also when nothing is said of its own accord. */
  async receipts(message, say) {
    const { mood } = this
    await later(500)
    message.arrived = mood !== 'failing'
    if (mood === 'silent') return
    message.note = await say(message.arrived)
    message.fate = message.arrived ? '已送达' : '未送达'
    if (mood === 'lying') await say(!message.arrived)
  }

  /** The receiver of a message says something to it by `say(text)`. */
  async answer(to, text, say) {
    const last = this.messages.findLast((message) => message.to === to)
    if (!last || !text) return
    last.answers.push(text)
    last.note = await say(text)
  }

  /** The newest messages by receiver, the one written to last in front. `forms(to)` stand above them. */
  cards(title, forms) {
    const latest = this.messages.slice(-MOST).reverse()
    const by = new Map()
    for (const message of latest) by.set(message.to, [...(by.get(message.to) ?? []), message])
    return [...by].map(([to, list]) => card({ key: to, title: title(to), forms: forms(to), list: list.flatMap(said) }))
  }

  side(cards) {
    const { code, label, hint, mood, moods, messages } = this
    const last = messages.at(-1)?.at ?? ''
    return { code, label, hint, mood, moods, cards, shown: Math.min(MOST, messages.length), all: messages.length, last }
  }
}

export const replyForm = (code, to, said) => answerForm(`/answer?of=${code}`, 'to', to, said)

export function said({ title, text, url, at, fate, note, answers }) {
  const link = url ? `<br><a href="${escaped(url)}" target="_blank" rel="noreferrer">查看详情</a>` : ''
  const head = title ? `<b>${escaped(title)}</b><br>` : ''
  const lines = escaped(text).replace(/\r?\n/g, '<br>')
  return [
    ...answers.map((answer) => bubble('out', escaped(answer))).reverse(),
    bubble('in', head + lines + link, [at, fate, note].filter(Boolean).join(' ')),
  ]
}

/** The card's head for a telephone: whose it is where that is known. */
export const phoneTitle = (whose) => (to) => {
  const name = whose.of.get(dialled(to)) ?? whose.of.get(to)
  return name ? `${escaped(name)} <small style="display:inline">${escaped(to)}</small>` : escaped(to)
}
