// Sends one large file in pieces and takes it back: `node large-upload.mjs PORT TOKEN PID MIB`. Prints rows of a table: how long it
// took, and what the server's memory (the highest resident set since its start) was before and after. Used by bin/bench.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

const [port, token, pid, mib] = process.argv.slice(2)
const base = `http://127.0.0.1:${port}/api/v1`
const headers = { authorization: `Bearer ${token}`, 'tus-resumable': '1.0.0' }
const PIECE = 16 << 20
const size = Number(mib) << 20
const peak = () => Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024)

/** A piece whose bytes nobody else has. */
function piece(at) {
  const bytes = Buffer.alloc(Math.min(PIECE, size - at))
  for (let i = 0; i < bytes.length; i += 8) bytes.writeBigUInt64LE(BigInt(at + i) * 11_400_714_819_323_198_485n & 0xffff_ffff_ffff_ffffn, i)
  return bytes
}

async function ask(method, path, more, body) {
  const answer = await fetch(base + path, { method, headers: { ...headers, ...more }, body })
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
  return answer
}

const before = peak()
const name = Buffer.from('large.bin').toString('base64')
const begun = await ask('POST', '/uploads', { 'upload-length': String(size), 'upload-metadata': `filename ${name}` })
const { id } = await begun.json()
const hash = createHash('sha256')
let spent = 0
for (let at = 0; at < size; at += PIECE) {
  const bytes = piece(at)
  hash.update(bytes)
  const from = performance.now()
  await ask('PATCH', `/uploads/${id}`, { 'upload-offset': String(at), 'content-type': 'application/offset+octet-stream' }, bytes)
  spent += performance.now() - from
}
const sent = peak()
const { file } = await (await ask('GET', `/uploads/${id}`)).json()
const digest = hash.digest('hex')
if (file.digest !== digest) throw new Error(`it has come to ${file.digest} instead of ${digest}`)
const from = performance.now()
const back = createHash('sha256')
for await (const chunk of (await ask('GET', `/files/${file.id}/content`)).body) back.update(chunk)
if (back.digest('hex') !== digest) throw new Error('what came back is not what was sent')
const took = performance.now() - from
const rate = (ms) => Math.round(size / 1048576 / (ms / 1000))
console.log(`| sending ${mib} MiB in pieces of 16 | ${(spent / 1000).toFixed(1)} s, ${rate(spent)} MiB/s | ${before} → ${sent} MiB |`)
console.log(`| taking it back | ${(took / 1000).toFixed(1)} s, ${rate(took)} MiB/s | → ${peak()} MiB |`)
