import assert from 'node:assert/strict'

/** A day so many days from today, in the area's zone. */
export function dayFromNow(days) {
  const now = new Date(Date.now() + 8 * 3600_000 + days * 86_400_000)
  return now.toISOString().slice(0, 10)
}

/** Tasks made without a browser, so that a test can begin in the middle. */
export class Work {
  /** `issuer` is who makes and hands out: one of the organisation's people. */
  constructor(issuer) {
    this.issuer = issuer
  }

  draft(title, unit, more = {}) {
    const parties = unit ? [{ unit_id: unit.id, role: 'lead' }] : []
    return this.issuer.api.post('/tasks', { title, parties, due: { day: dayFromNow(60) }, ...more }).then((answer) => answer.task)
  }

  async dispatched(title, unit, more = {}) {
    const task = await this.draft(title, unit, more)
    const answer = await this.issuer.api.post(`/tasks/${task.id}/submission`, { version: task.version, not_secret: true })
    return answer.task
  }

  /** Handed out and signed for, with a handler where one is given. */
  async active(title, unit, head, handler, more = {}) {
    const task = await this.dispatched(title, unit, more)
    const answer = await head.api.post(`/tasks/${task.id}/signature`, { version: task.version, ...(handler ? { handler_id: handler.id } : {}) })
    return answer.task
  }

  detail(id) {
    return this.issuer.api.get(`/tasks/${id}`)
  }

  /** What the ledger says of a task, oldest first. */
  async sentences(id) {
    const items = []
    for (let cursor = ''; ; ) {
      const page = await this.issuer.api.get(`/tasks/${id}/timeline${cursor && `?cursor=${encodeURIComponent(cursor)}`}`)
      items.push(...page.items)
      if (!page.next_cursor) return items.reverse().map((item) => `${item.actor?.name ?? ''} ${item.sentence}`.trim())
      cursor = page.next_cursor
    }
  }
}

/** The steps of the time line, in their order, somewhere among the others. */
export function inOrder(lines, steps) {
  let from = 0
  for (const step of steps) {
    const found = lines.findIndex((line, index) => index >= from && step.test(line))
    assert.ok(found >= 0, `${step} does not follow in:\n${lines.map((line, index) => `${index < from ? ' ' : '>'} ${line}`).join('\n')}`)
    from = found + 1
  }
}
