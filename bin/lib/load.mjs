// A small load generator without dependencies: `node bin/lib/load.mjs PORT TOKEN PATH…`. Asks each path of the server on
// 127.0.0.1, and on no other machine, with 1, 8 and 32 requests at a time, and prints a row of a table for each. Every round
// ends after REQUESTS requests or SECONDS seconds, whichever comes first.
import { Agent, request } from 'node:http'

const REQUESTS = 4000
const SECONDS = 15
const WARM_UP = 100

const [port, token, ...paths] = process.argv.slice(2)

function ask(agent, path) {
  return new Promise((resolve, reject) => {
    // Made anew each time: an answer that is kept says nothing about what it costs to make.
    const headers = { 'cache-control': 'no-cache', ...(token === '-' ? {} : { authorization: `Bearer ${token}` }) }
    const started = process.hrtime.bigint()
    const call = request({ host: '127.0.0.1', port, path, agent, headers }, (answer) => {
      let bytes = 0
      answer.on('data', (chunk) => (bytes += chunk.length))
      answer.on('end', () => resolve({ status: answer.statusCode, bytes, ms: Number(process.hrtime.bigint() - started) / 1e6 }))
      answer.on('error', reject)
    })
    call.on('error', reject)
    call.end()
  })
}

async function round(path, concurrency, requests) {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency })
  const times = []
  let left = requests
  let bytes = 0
  const started = Date.now()
  const worker = async () => {
    while (left-- > 0 && Date.now() - started < SECONDS * 1000) {
      const answer = await ask(agent, path)
      if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`)
      times.push(answer.ms)
      bytes = answer.bytes
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  agent.destroy()
  const seconds = (Date.now() - started) / 1000
  times.sort((a, b) => a - b)
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))]
  return { n: times.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), rate: times.length / seconds, bytes }
}

for (const path of paths) {
  await round(path, 8, WARM_UP)
  for (const concurrency of [1, 8, 32]) {
    const { n, p50, p95, p99, rate, bytes } = await round(path, concurrency, REQUESTS)
    console.log(`| \`${path}\` | ${concurrency} | ${n} | ${p50.toFixed(2)} | ${p95.toFixed(2)} | ${p99.toFixed(2)} | ${Math.round(rate)} | ${bytes} |`)
  }
}
