// Lets Prometheus Alertmanager bring so many notifications to a sink of ours, each by itself: `node alertmanager.mjs SINK_PORT N FOLDER`.
// Prints a row for a table: the time from the first alert it was given until the last notification came.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';

const [sink, wanted, folder] = [process.argv[2], Number(process.argv[3]), process.argv[4]];
const free = () =>
    new Promise((done) => {
        const server = createServer().listen(0, '127.0.0.1', () => {
            const { port } = server.address();
            server.close(() => done(port));
        });
    });
const port = await free();
writeFileSync(
    `${folder}/alertmanager.yml`,
    `route:
  receiver: sink
  group_by: ['...']
  group_wait: 0s
  group_interval: 1m
  repeat_interval: 24h
receivers:
  - name: sink
    webhook_configs:
      - url: http://127.0.0.1:${sink}/send
        send_resolved: false
`,
);
const manager = spawn(
    'prometheus-alertmanager',
    [
        `--config.file=${folder}/alertmanager.yml`,
        `--storage.path=${folder}/alertmanager`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--cluster.listen-address=',
        '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
);
process.on('exit', () => manager.kill());
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const url = `http://127.0.0.1:${port}/api/v2`;
for (let turn = 0; ; turn++) {
    if (turn > 100) throw new Error('Alertmanager does not start');
    if (await fetch(`${url}/status`).then((a) => a.ok, () => false)) break;
    await pause(100);
}
const count = () => fetch(`http://127.0.0.1:${sink}/count`).then((answer) => answer.json());
const before = (await count()).count;
const began = Date.now();
for (let from = 0; from < wanted; from += 500) {
    const alerts = Array.from({ length: Math.min(500, wanted - from) }, (_, n) => ({
        labels: { alertname: 'due', task: `t${from + n}` },
        annotations: { text: '“推进港口码头建设”今天到期，请及时办结。' },
    }));
    const answer = await fetch(`${url}/alerts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(alerts),
    });
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
}
let now = await count();
for (let turn = 0; now.count - before < wanted && turn < 3000; turn++) {
    await pause(100);
    now = await count();
}
const came = now.count - before;
const took = (now.last - began) / 1000;
console.log(`| the same through Prometheus Alertmanager, one notification an alert | ${came} of ${wanted} | ${took.toFixed(1)} s, ${Math.round(came / took)} a second |`);
process.exit(came >= wanted ? 0 : 1);
