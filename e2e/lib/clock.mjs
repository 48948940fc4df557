import { execFile } from 'node:child_process'
import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const SOURCE = join(import.meta.dirname, 'clock.c')

/** Why time cannot be moved on this machine; nothing where it can. */
export const stuck = process.platform === 'linux' ? '' : 'time is moved by LD_PRELOAD, which only Linux has'

/**
 * The time of one server and of the windows that look at it. It begins at `start`, an instant with its zone, runs like any
 * clock, and is moved on by the test: to a day and an hour of the area's zone.
 */
export class Clock {
  static async make(dir, start) {
    const library = join(dir, 'clock.so')
    await promisify(execFile)('cc', ['-shared', '-fPIC', '-O1', '-o', library, SOURCE])
    const clock = new Clock(join(dir, 'ahead'), library)
    clock.move(start)
    return clock
  }

  constructor(path, library) {
    this.path = path
    this.env = { LD_PRELOAD: library, CLOCK_AHEAD: path }
    this.ahead = 0
  }

  now = () => Date.now() + this.ahead * 1000

  /** Makes it `instant`, which is later than now; in one write, so that nobody reads half a number. */
  move(instant) {
    this.ahead = Math.ceil((Date.parse(instant) - Date.now()) / 1000)
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64LE(BigInt(this.ahead))
    const file = openSync(this.path, 'a+')
    closeSync(file)
    const place = openSync(this.path, 'r+')
    writeSync(place, bytes, 0, 8, 0)
    closeSync(place)
  }
}

/** Runs in a page: what the page takes for now is so far ahead. */
export function turn(ahead) {
  globalThis.__ahead = ahead * 1000
  if (globalThis.Date.moved) return
  const Real = globalThis.Date
  globalThis.Date = class Date extends Real {
    static moved = true
    static now = () => Real.now() + globalThis.__ahead
    constructor(...given) {
      if (given.length) super(...given)
      else super(Date.now())
    }
  }
}
