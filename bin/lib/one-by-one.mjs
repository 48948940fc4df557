// Asks each path thirty times, one after the other, of a server that answers anew each time; prints a row of a table for each.
const [port, token, ...paths] = process.argv.slice(2)
const headers = { authorization: `Bearer ${token}`, 'cache-control': 'no-cache' }

for (const path of paths) {
  const took = []
  let bytes = 0
  for (let n = 0; n < 31; n++) {
    const began = performance.now()
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers })
    bytes = (await answer.arrayBuffer()).byteLength
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`)
    // The first one finds nothing read and nothing prepared.
    if (n > 0) took.push(performance.now() - began)
  }
  took.sort((a, b) => a - b)
  console.log(`| \`${path}\` | ${took[15].toFixed(0)} | ${took[29].toFixed(0)} | ${bytes} |`)
}
