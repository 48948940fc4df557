// The gateway for short messages that many authorities have of their own: JSON over HTTP, as gateways.toml describes it.
import { randomBytes } from 'node:crypto'
import { Box, phoneTitle, replyForm } from './box.mjs'

export function http(entry, { server, whose }) {
  const box = new Box(entry, server, { label: '短信（HTTP 网关）' })
  const path = new URL(entry.of.url).pathname
  const tell = (body) => box.post('application/json', JSON.stringify(body))
  const fates = (message) => (arrived) =>
    tell({ fate: arrived ? 'delivered' : 'failed', provider_id: message.provider_id, ...(arrived ? {} : { code: 'UNDELIV' }) })

  async function take(body, json) {
    if (box.mood === 'busy') return json(429, { error: 'busy' }, { 'retry-after': '5' })
    if (box.mood === 'broken') return json(500, { error: 'broken' })
    if (box.mood === 'barred') return json(403, { error: 'forbidden' })
    await box.patience()
    let given
    try {
      given = JSON.parse(body)
    } catch {
      return json(400, { error: 'no JSON' })
    }
    // One whose id is known is taken once.
    let message = box.messages.find(({ id }) => id === given.id)
    if (!message) {
      message = box.take({ ...given, provider_id: `g${randomBytes(8).toString('hex')}` })
      void box.receipts(message, fates(message))
    }
    return json(200, { taken: 'true', provider_id: message.provider_id })
  }

  return {
    box,
    async http({ method, url, body }, json) {
      if (method !== 'POST' || url.pathname !== path) return false
      await take(body, json)
      return true
    },
    acts: {
      answer: (form) => box.answer(form.get('to'), form.get('text'), (text) => tell({ from: form.get('to'), text, id: `a${Date.now()}` })),
    },
    side: () => box.side(box.cards(phoneTitle(whose), (to) => replyForm(box.code, to, '1'))),
  }
}
