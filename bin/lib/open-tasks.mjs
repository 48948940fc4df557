// Open tasks as `bench-data --from-csv` takes them, for measurements: `node open-tasks.mjs HOW_MANY > FILE`. The first 100,000 fall due on
// one day, forty days from now; the others are spread over the year after that.
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';

const DAY = 24 * 3600 * 1000;
const MOST = 100_000;
const count = Number(process.argv[2]);
const day = (ahead) => new Date(Date.now() + ahead * DAY).toISOString().slice(0, 10);
const out = createWriteStream('', { fd: 1 });
out.write('id,dept_id,assignee_id,author_id,status_id,priority_id,progress,hours,created_at,due_date,closed_at,title,description\n');
for (let n = 0; n < count; n++) {
    const due = day(n < MOST ? 40 : 60 + (n % 365));
    const row = `${n},${n},${n},1,2,${(n % 3) + 1},${n % 90},1,${day(-(n % 60))},${due},,推进港口码头建设（第${n}号）,按方案要求推进。\n`;
    if (!out.write(row)) await once(out, 'drain');
}
out.end();
