// A gateway that takes everything, for measurements: `node sink.mjs PORT`. GET /count says how many came and when the last one did
// (milliseconds since 1970).
import { createServer } from 'node:http';

let count = 0;
let last = 0;
const sink = createServer((request, response) => {
    if (request.url === '/count') {
        response.end(JSON.stringify({ count, last }));
        return;
    }
    request.resume();
    request.on('end', () => {
        count += 1;
        last = Date.now();
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(`{"taken":"true","provider_id":"${count}"}`);
    });
});
sink.keepAliveTimeout = 60_000;
sink.listen(Number(process.argv[2]), '127.0.0.1');
