/**
 * The load generator, a process of its own. Prints `ready` when every request is signed, begins on
 * SIGUSR2, and prints `result` and what came of it as JSON.
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

function note(tally: Tally, place: number, status: number, sinceMs: number): void {
  const now = performance.now();
  tally.statuses.set(status, (tally.statuses.get(status) ?? 0) + 1);
  tally.latenciesMs.push(now - sinceMs);
  if (plan.acknowledgementsFile !== undefined && status === 200) {
    tally.acknowledgements.push(`${place} ${performance.timeOrigin + now}`);
  }
}

/** Every connection sends as soon as it may, for a time or until all requests are sent. */
async function sendClosed(
  lines: readonly HttpConnection[],
  from: number,
  seconds: number,
  tally: Tally,
): Promise<number> {
  let next = from;
  const until = performance.now() + seconds * 1_000;
  const follow = async (line: HttpConnection) => {
    await new Promise<void>((resolve) => {
      const one = () => {
        const place = next;
        const request = requests[place];
        const now = performance.now();
        if (request === undefined || now >= until) {
          resolve();
          return;
        }
        next += 1;
        line.send(request, (status) => {
          note(tally, place, status, now);
          one();
        });
      };
      one();
    });
  };
  await Promise.all(lines.map(follow));
  return next;
}

/** Each request has its time; one for which no connection is free waits, and its clock runs. */
async function sendOpen(
  lines: readonly HttpConnection[],
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
  const free = [...lines];
  let next = from;
  let settled = 0;
  await new Promise<void>((resolve) => {
    const sendDue = () => {
      while (next < from + count && free.length > 0 && dueAt(next) <= performance.now()) {
        const place = next;
        const line = free.pop();
        const request = requests[place];
        if (line === undefined || request === undefined) break;
        next += 1;
        line.send(request, (status) => {
          note(tally, place, status, dueAt(place));
          free.push(line);
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
  const lines = Array.from({ length: plan.connections }, () => openConnection(target));
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
    await sendOpen(lines, arrivals, tally);
  } else {
    const next = await sendClosed(lines, plan.from ?? 0, arrivals.warmUpSeconds, warmUp);
    process.stdout.write('warm\n');
    startedAt = performance.now();
    await sendClosed(lines, next, arrivals.seconds, tally);
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  for (const line of lines) line.close();
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

// Waiting for a signal alone does not keep a process alive.
setInterval(() => undefined, 60_000);
process.once('SIGTERM', () => process.exit(0));
process.once('SIGUSR2', () => {
  void run().then((result) => process.stdout.write(`result ${JSON.stringify(result)}\n`));
});
process.stdout.write('ready\n');
