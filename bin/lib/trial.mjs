// Tries the rules in force on last month, five times: `node trial.mjs PORT TOKEN`. Prints a row for a table.
const [port, token] = process.argv.slice(2);
const ask = async (path, init) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() };
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1${path}`, { headers, ...init });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
};
const { rules } = await ask('/reminder-rules');
const lastMonth = new Date(Date.now() - 30 * 24 * 3600 * 1000).toISOString().slice(0, 10);
const times = [];
let result;
for (let turn = 0; turn < 5; turn++) {
    const began = performance.now();
    result = await ask('/reminder-rules/trials', { method: 'POST', body: JSON.stringify({ rules, month: lastMonth }) });
    times.push(performance.now() - began);
}
times.sort((a, b) => a - b);
console.log(`| a dry run of a month, median of 5, ${result.tasks ?? '?'} tasks looked through | 5 | ${(times[2] / 1000).toFixed(1)} s |`);
