/**
 * The load generator, a separate process. Prints `ready` when every request is signed, begins on
 * SIGUSR2, and prints `result` with a `LoadResult` as JSON.
 */
import { writeFileSync } from 'node:fs';
import { percentile, rounded } from '../report/arithmetic.ts';
import { type HttpConnection, openConnection, readSignedRequests } from './http-connection.ts';
import type { Arrivals, LoadPlan, LoadResult } from './start-load.ts';

const plan = JSON.parse(process.env['BENCH_LOAD'] ?? '') as LoadPlan;
const requests = readSignedRequests(plan);
const target = new URL(plan.url);

interface Tally {
  readonly statuses: Map<number, number>;
  readonly latenciesMs: number[];
  readonly acknowledgements: string[];
}

function recordAnswer(tally: Tally, place: number, status: number, sinceMs: number): void {
  const now = performance.now();
  tally.statuses.set(status, (tally.statuses.get(status) ?? 0) + 1);
  tally.latenciesMs.push(now - sinceMs);
  if (plan.acknowledgementsFile !== undefined && status === 200) {
    tally.acknowledgements.push(`${place} ${performance.timeOrigin + now}`);
  }
}

/** Keeps every connection busy, for a time or until all requests are sent. */
async function sendClosed(
  connections: readonly HttpConnection[],
  from: number,
  seconds: number,
  tally: Tally,
): Promise<number> {
  let next = from;
  const until = performance.now() + seconds * 1_000;
  const keepSending = async (connection: HttpConnection) => {
    await new Promise<void>((resolve) => {
      const sendNext = () => {
        const place = next;
        const request = requests[place];
        const now = performance.now();
        if (request === undefined || now >= until) {
          resolve();
          return;
        }
        next += 1;
        connection.send(request, (status) => {
          recordAnswer(tally, place, status, now);
          sendNext();
        });
      };
      sendNext();
    });
  };
  await Promise.all(connections.map(keepSending));
  return next;
}

/** Sends each request at its time; one that waits for a free connection has its clock running. */
async function sendOpen(
  connections: readonly HttpConnection[],
  arrivals: Extract<Arrivals, { kind: 'open' }>,
  tally: Tally,
): Promise<void> {
  const from = plan.from ?? 0;
  const count = Math.floor(arrivals.perSecond * arrivals.seconds);
  if (requests.length < from + count) throw new Error('there are too few bodies for this load');
  const startedAt = performance.now();
  const dueAt = (place: number) => {
    const atSecond = (place - from) / arrivals.perSecond;
    const second = Math.floor(atSecond);
    const within = atSecond - second;
    return startedAt + (second + within / arrivals.burst) * 1_000;
  };
  const free = [...connections];
  let next = from;
  let settled = 0;
  await new Promise<void>((resolve) => {
    const sendDue = () => {
      while (next < from + count && free.length > 0 && dueAt(next) <= performance.now()) {
        const place = next;
        const connection = free.pop();
        const request = requests[place];
        if (connection === undefined || request === undefined) break;
        next += 1;
        connection.send(request, (status) => {
          recordAnswer(tally, place, status, dueAt(place));
          free.push(connection);
          settled += 1;
          if (settled === count) resolve();
        });
      }
      if (next < from + count) setTimeout(sendDue, 1);
    };
    sendDue();
  });
}

async function run(): Promise<LoadResult> {
  const connections = Array.from({ length: plan.connections }, () => openConnection(target));
  const newTally = (): Tally => ({
    statuses: new Map(),
    latenciesMs: [],
    acknowledgements: [],
  });
  const warmUp = newTally();
  const tally = newTally();
  const { arrivals } = plan;
  let startedAt = performance.now();
  if (arrivals.kind === 'open') {
    await sendOpen(connections, arrivals, tally);
  } else {
    const next = await sendClosed(connections, plan.from ?? 0, arrivals.warmUpSeconds, warmUp);
    process.stdout.write('warm\n');
    startedAt = performance.now();
    await sendClosed(connections, next, arrivals.seconds, tally);
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  for (const connection of connections) connection.close();
  if (plan.acknowledgementsFile !== undefined) {
    const acknowledged = [...warmUp.acknowledgements, ...tally.acknowledgements];
    writeFileSync(plan.acknowledgementsFile, acknowledged.join('\n'));
  }
  const { latenciesMs } = tally;
  if (latenciesMs.length === 0) throw new Error('the warm-up left no request to measure');
  const statuses = new Map(warmUp.statuses);
  for (const [status, count] of tally.statuses) {
    statuses.set(status, (statuses.get(status) ?? 0) + count);
  }
  const all = [...statuses.values()].reduce((sum, count) => sum + count, 0);
  const accepted = statuses.get(200) ?? 0;
  return {
    accepted,
    refused: all - accepted,
    statuses: Object.fromEntries(statuses),
    requestsPerSecond: rounded(latenciesMs.length / seconds),
    p50Ms: rounded(percentile(latenciesMs, 0.5), 3),
    p99Ms: rounded(percentile(latenciesMs, 0.99), 3),
    maxMs: rounded(percentile(latenciesMs, 1), 3),
  };
}

// A signal listener does not keep a process alive.
setInterval(() => undefined, 60_000);
process.once('SIGTERM', () => process.exit(0));
process.once('SIGUSR2', () => {
  void run().then((result) => process.stdout.write(`result ${JSON.stringify(result)}\n`));
});
process.stdout.write('ready\n');
