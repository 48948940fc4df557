import { crc32, deflateSync } from 'node:zlib'

function chunk(kind, data) {
  const body = Buffer.concat([Buffer.from(kind, 'latin1'), data])
  const out = Buffer.alloc(body.length + 8)
  out.writeUInt32BE(data.length, 0)
  body.copy(out, 4)
  out.writeUInt32BE(crc32(body), body.length + 4)
  return out
}

/** A PNG of this size with a pattern of its own, as bytes. */
export function png(width, height, seed = 1) {
  const rows = Buffer.alloc((width * 3 + 1) * height)
  let at = 0
  for (let y = 0; y < height; y++) {
    rows[at++] = 0
    for (let x = 0; x < width; x++) {
      rows[at++] = (x * seed) & 255
      rows[at++] = (y * 3) & 255
      rows[at++] = ((x ^ y) * 5 + seed) & 255
    }
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 2, 0, 0, 0], 8)
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10])
  return Buffer.concat([signature, chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))])
}

/** What a file input takes. */
export const photo = (name, width = 640, height = 480, seed = 7) => ({ name, mimeType: 'image/png', buffer: png(width, height, seed) })
