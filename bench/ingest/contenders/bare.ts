/** An ingest without Sinch's rules: node:http, the body read, one `queue.add`. */
import { createServer } from 'node:http';
import { Queue } from 'bullmq';
import { livePrefix, liveQueue } from '../../worker/live-queues.ts';

const url = process.env['REDIS_URL'] ?? '';
const queue = new Queue(liveQueue, {
  connection: { url },
  prefix: livePrefix,
  defaultJobOptions: { attempts: 12, backoff: { type: 'exponential', delay: 2_000, jitter: 0.5 } },
});
await queue.waitUntilReady();
let count = 0;

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    response.end();
    return;
  }
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    count += 1;
    const body = Buffer.concat(chunks).toString();
    queue.add('event', { body }, { jobId: `bare-${count}` }).then(
      () => response.end('{"status":"accepted"}'),
      () => response.writeHead(503).end(),
    );
  });
});
server.listen(Number(process.env['INGEST_PORT']), '127.0.0.1');
process.once('SIGTERM', () => process.exit(0));
