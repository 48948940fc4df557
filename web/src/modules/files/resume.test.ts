import { describe, expect, it } from 'vitest'
import { Problem } from '@/api/client'
import type { FileRef } from '@/api/types'
import { type Line, type Memory, PIECE, sendInPieces, type Standing } from './resume'

const file = {
  name: '录像.mp4',
  size: PIECE * 2 + 5,
  lastModified: 1,
  slice: (a: number, b: number) => ({ size: Math.min(b, PIECE * 2 + 5) - a }),
} as unknown as File

/** A server in a few lines: it keeps what it was sent, and fails when the test says so. */
function server(faults: (() => unknown)[] = []) {
  const log: string[] = []
  let stored = 0
  let known = false
  let on: ((offset: number) => void) | null = null
  const fail = () => {
    const fault = faults.shift()?.()
    if (fault) throw fault
  }
  const line: Line = {
    begin() {
      log.push('begin')
      known = true
      stored = 0
      return Promise.resolve('u1')
    },
    offset() {
      log.push('offset')
      return known ? Promise.resolve(stored) : Promise.reject(new Problem(404))
    },
    append(_id, offset, piece, sent) {
      log.push(`append ${offset / PIECE}`)
      on?.(offset)
      let cancelled = false
      const done = Promise.resolve().then(() => {
        if (cancelled) throw new Problem(0)
        fail()
        sent(piece.size)
        if (offset !== stored) throw new Problem(409, { code: 'wrong_offset' })
        stored += piece.size
        return stored
      })
      return { done, cancel: () => (cancelled = true) }
    },
    file: () => Promise.resolve(stored === file.size ? ({ id: 'f1' } as FileRef) : null),
    drop() {
      log.push('drop')
      return Promise.resolve()
    },
    pause(ms) {
      log.push(`wait ${ms}`)
      return Promise.resolve()
    },
  }
  return {
    line,
    log,
    lose: (bytes: number) => (stored -= bytes),
    forget: () => (known = false),
    each: (f: (offset: number) => void) => (on = f),
  }
}
function memory(known: string | null = null): Memory & { id: string | null } {
  return {
    id: known,
    get() {
      return this.id
    },
    set(_file, id) {
      this.id = id
    },
  }
}
const send = (line: Line, kept = memory(), standing: Standing[] = [], shares: number[] = []) =>
  sendInPieces(
    file,
    line,
    kept,
    'key',
    (share) => shares.push(share),
    (now) => standing.push(now),
  )

describe('a file that is sent in pieces', () => {
  it('goes piece by piece and becomes a file', async () => {
    const { line, log } = server()
    const shares: number[] = []
    expect((await send(line, memory(), [], shares).done).id).toBe('f1')
    expect(log).toEqual(['begin', 'append 0', 'append 1', 'append 2'])
    expect(shares.at(-1)).toBe(1)
  })
  it('asks where the server stands when the line breaks, and goes on from there', async () => {
    const { line, log } = server([() => null, () => new Problem(0), () => new Problem(423, { code: 'upload_busy' })])
    const standing: Standing[] = []
    await send(line, memory(), standing).done
    expect(log).toEqual([
      'begin',
      'append 0',
      'append 1',
      'wait 1000',
      'offset',
      'append 1',
      'wait 2000',
      'offset',
      'append 1',
      'append 2',
    ])
    expect(standing.filter((now) => now === 'waiting')).toHaveLength(2)
  })
  it('begins anew what the server has forgotten', async () => {
    const it = server()
    let once = true
    it.each((offset) => {
      if (offset && once) {
        once = false
        it.forget()
      }
    })
    const faulty = { ...it.line, append: it.line.append }
    faulty.append = (id, offset, piece, sent) => {
      const sending = it.line.append(id, offset, piece, sent)
      return offset && it.log.filter((l) => l === 'begin').length === 1
        ? { ...sending, done: Promise.reject(new Problem(404)) }
        : sending
    }
    expect((await send(faulty).done).id).toBe('f1')
    expect(it.log.filter((l) => l === 'begin')).toHaveLength(2)
  })
  it('goes on with what was begun before the page was closed', async () => {
    const { line, log } = server()
    await line.begin(file, '')
    await line.append('u1', 0, { size: PIECE } as Blob, () => undefined).done
    log.length = 0
    const kept = memory('u1')
    await send(line, kept).done
    expect(log).toEqual(['offset', 'append 1', 'append 2'])
    expect(kept.id).toBeNull()
  })
  it('stops when it is refused', async () => {
    const { line } = server([() => new Problem(413, { code: 'too_large' })])
    await expect(send(line).done).rejects.toMatchObject({ code: 'too_large' })
  })
  it('pauses, goes on, and is given up', async () => {
    const it = server()
    const standing: Standing[] = []
    const sending = send(it.line, memory(), standing)
    it.each(
      (offset) =>
        offset === PIECE &&
        it.log.filter((l) => l === 'append 1').length === 1 &&
        queueMicrotask(() => sending.pause?.()),
    )
    await new Promise((done) => setTimeout(done, 10))
    expect(standing.at(-1)).toBe('paused')
    sending.go?.()
    await sending.done
    expect(it.log).toEqual(['begin', 'append 0', 'append 1', 'offset', 'append 1', 'append 2'])
    const other = server()
    const second = send(other.line)
    other.each((offset) => offset === PIECE && queueMicrotask(() => second.cancel()))
    await expect(second.done).rejects.toBeInstanceOf(DOMException)
    expect(other.log.at(-1)).toBe('drop')
  })
})
