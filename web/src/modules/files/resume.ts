import { Problem } from '@/api/client'
import type { FileRef } from '@/api/types'

/** Files beyond this are sent in pieces, so that a broken line costs a piece and not the whole. */
export const RESUMABLE_FROM = 4 << 20
/** Proxies keep a piece before they hand it on; many refuse more than this. */
export const PIECE = 16 << 20
/** How long to wait before looking whether the line is back, in turn; then always the last. */
export const WAITS = [1000, 2000, 4000, 8000, 15_000]

/** How an upload talks to the server; a test talks otherwise. */
export interface Line {
  begin(file: File, key: string): Promise<string>
  offset(id: string): Promise<number>
  append(
    id: string,
    offset: number,
    piece: Blob,
    sent: (bytes: number) => void,
  ): { done: Promise<number>; cancel(): void }
  file(id: string): Promise<FileRef | null>
  drop(id: string): Promise<void>
  pause(ms: number): Promise<void>
}

/** Remembers which upload a file belongs to, so that it goes on when it is chosen again. */
export interface Memory {
  get(file: File): string | null
  set(file: File, id: string | null): void
}

export type Standing = 'sending' | 'waiting' | 'paused'

export interface Sending {
  done: Promise<FileRef>
  cancel(): void
  pause?(): void
  go?(): void
}

/** What another try may mend: no line, a proxy that was in the way, another connection that still holds the upload. */
const passing = (error: unknown) =>
  error instanceof Problem &&
  (error.status === 0 || error.status >= 502 || ['upload_busy', 'upload_broken', 'wrong_offset'].includes(error.code))
const gone = (error: unknown) => error instanceof Problem && (error.status === 404 || error.status === 410)

export function sendInPieces(
  file: File,
  line: Line,
  memory: Memory,
  key: string,
  onProgress: (share: number) => void,
  onStanding: (standing: Standing) => void,
): Sending {
  let cut: (() => void) | null = null
  let ended = false
  let paused = false
  let wake: (() => void) | null = null
  let id: string | null = null

  /** Waits for the time, or until somebody presses on. */
  async function wait(ms: number | null): Promise<void> {
    const pressed = new Promise<void>((done) => (wake = done))
    await (ms === null ? pressed : Promise.race([pressed, line.pause(ms)]))
    wake = null
  }
  const alive = () => {
    if (ended) throw new DOMException('aborted', 'AbortError')
  }

  async function piece(offset: number): Promise<number> {
    if (!id) throw new Error('an upload that was not begun')
    const sending = line.append(id, offset, file.slice(offset, offset + PIECE), (bytes) =>
      onProgress((offset + bytes) / file.size),
    )
    cut = sending.cancel
    try {
      return await sending.done
    } finally {
      cut = null
    }
  }

  /** Where the server stands; begins where it knows nothing. */
  async function stand(): Promise<number> {
    id ??= memory.get(file)
    if (id) {
      try {
        return await line.offset(id)
      } catch (error) {
        if (!gone(error)) throw error
        memory.set(file, null)
        id = null
      }
    }
    id = await line.begin(file, key)
    memory.set(file, id)
    return 0
  }

  async function run(): Promise<FileRef> {
    let offset = -1
    let tries = 0
    for (;;) {
      alive()
      if (paused) {
        onStanding('paused')
        await wait(null)
        offset = -1
        continue
      }
      try {
        if (offset < 0) offset = await stand()
        onStanding('sending')
        onProgress(offset / file.size)
        if (offset < file.size) {
          offset = await piece(offset)
          tries = 0
          continue
        }
        const found = id ? await line.file(id) : null
        if (!found) throw new Problem(502)
        memory.set(file, null)
        return found
      } catch (error) {
        alive()
        if (paused) continue
        if (gone(error)) {
          memory.set(file, null)
          id = null
          key = `${key}-`
        } else if (!passing(error)) throw error
        offset = -1
        onStanding('waiting')
        await wait(WAITS[Math.min(tries++, WAITS.length - 1)] ?? 0)
      }
    }
  }

  return {
    done: run(),
    cancel() {
      ended = true
      cut?.()
      wake?.()
      memory.set(file, null)
      if (id) void line.drop(id).catch(() => undefined)
    },
    pause() {
      paused = true
      cut?.()
      // Whoever waits for the line shows at once that it was heard.
      wake?.()
    },
    go() {
      paused = false
      wake?.()
    },
  }
}
