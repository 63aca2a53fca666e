import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { queryRows } from '@sinch-callbacks/dev-env/servers';
import { writeBodies } from '../load/make-events.ts';
import {
  openPostgres,
  prepareTemplate,
  readNewRedisSettings,
  readPostgresSettings,
} from '../measure/open-servers.ts';
import { median, percentile, rounded } from '../report/arithmetic.ts';
import type { Benchmark } from '../report/benchmark.ts';
import { countApplied } from '../worker/drain-ours.ts';
import { openStack, type Stack } from './open-stack.ts';

/** Shapes of arrival: evenly, or all of a second's callbacks in its first quarter. */
const shapes = { steady: 1, bursts: 4 } as const;
type Shape = keyof typeof shapes;

interface Delays {
  readonly shape: Shape;
  readonly perSecond: number;
  readonly events: number;
  /** Delays from the acknowledgement at the sender to the commit. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly refused: number;
  readonly lost: number;
}

const usual = { bodies: 250_000, warmUpSeconds: 3, closedSeconds: 5, openSeconds: 15 };
const quick = { bodies: 8_000, warmUpSeconds: 0.5, closedSeconds: 1, openSeconds: 2 };
const connections = 64;
const target = { p99Ms: 250, p99ToP50: 50 };

/**
 * Delays from the acknowledgement to the row, at half of the maximal rate measured just before. A
 * row's time is its commit record's; the flush of the log that follows takes about a millisecond.
 * Both times are of this machine's clock.
 */
export const endToEndBenchmark: Benchmark = {
  name: 'end-to-end',
  async run({ options, directory, onProgress }) {
    const { bodies: count, ...plan } = options.quick ? quick : usual;
    const bodies = await writeBodies(directory, options.events ?? count, 'end-to-end');
    await using closing = new AsyncDisposableStack();
    const postgres = await openPostgres(directory, { tracksCommits: true });
    closing.defer(() => postgres.close());
    const template = await prepareTemplate(postgres.url);
    const rounds: { maximalPerSecond: number; lost: number; delays: Delays[] }[] = [];
    for (let round = 0; round < options.rounds; round += 1) {
      const common = { postgres, template, logDirectory: directory, bodies, connections };
      await using stack = await openStack(common);
      const maximalPerSecond = await measureMaximum(stack, plan);
      onProgress(`end-to-end  round ${round + 1}  ${maximalPerSecond}/s at the most`);
      const perSecond = maximalPerSecond / 2;
      const delays: Delays[] = [];
      for (const shape of Object.keys(shapes) as Shape[]) {
        const file = join(directory, `acknowledgements-${round}-${shape}`);
        const one = await measureDelays(
          stack,
          bodies.keys,
          shape,
          perSecond,
          plan.openSeconds,
          file,
        );
        onProgress(`end-to-end  round ${round + 1}  ${JSON.stringify(one)}`);
        delays.push(one);
      }
      rounds.push({
        maximalPerSecond,
        lost: delays.reduce((sum, { lost }) => sum + lost, 0),
        delays,
      });
    }
    return {
      settings: {
        ...plan,
        connections,
        target,
        postgres: await readPostgresSettings(postgres.url),
        redis: await readNewRedisSettings(),
      },
      rounds,
      summary: (Object.keys(shapes) as Shape[]).map((shape) =>
        summarise(
          shape,
          rounds.flatMap(({ delays }) => delays),
        ),
      ),
      ratios: {},
      lost: rounds.reduce((sum, { lost }) => sum + lost, 0),
    };
  },
};

/** Measures events per second from the first callback to the last row, under full load. */
async function measureMaximum(
  stack: Stack,
  { warmUpSeconds, closedSeconds }: { warmUpSeconds: number; closedSeconds: number },
): Promise<number> {
  await stack.send({ kind: 'closed', warmUpSeconds: 0, seconds: warmUpSeconds });
  await stack.drained();
  const before = await countApplied(stack.databaseUrl);
  const load = await stack.send({ kind: 'closed', warmUpSeconds: 0, seconds: closedSeconds });
  await stack.drained();
  const seconds = (performance.now() - load.beganAt) / 1_000;
  const applied = (await countApplied(stack.databaseUrl)) - before;
  if (applied !== load.accepted) throw new Error(`${load.accepted - applied} events were lost`);
  return rounded(applied / seconds);
}

async function measureDelays(
  stack: Stack,
  keys: readonly string[],
  shape: Shape,
  perSecond: number,
  seconds: number,
  file: string,
): Promise<Delays> {
  const arrivals = { kind: 'open', perSecond, seconds, burst: shapes[shape] } as const;
  const { refused } = await stack.send(arrivals, file);
  await stack.drained();
  const committed = await readCommits(stack.databaseUrl);
  const acknowledged = (await readFile(file, 'utf8')).split('\n').filter(Boolean);
  const delays = acknowledged.flatMap((line) => {
    const [place = Number.NaN, at = Number.NaN] = line.split(' ').map(Number);
    const committedAt = committed.get(keys[place] ?? '');
    return committedAt === undefined ? [] : [Math.max(0, committedAt - at)];
  });
  const of = (share: number) => rounded(percentile(delays, share), 3);
  return {
    shape,
    perSecond: rounded(perSecond),
    events: acknowledged.length,
    p50Ms: of(0.5),
    p95Ms: of(0.95),
    p99Ms: of(0.99),
    maxMs: of(1),
    refused,
    lost: acknowledged.length - delays.length,
  };
}

/** Reads the commit time of each event's row, in Unix milliseconds, by event key. */
async function readCommits(databaseUrl: string): Promise<ReadonlyMap<string, number>> {
  const rows = await queryRows<{ key: string; at: number }>(
    databaseUrl,
    `SELECT event_key(e) AS key,
      (extract(epoch FROM pg_xact_commit_timestamp(e.xmin)) * 1000)::double precision AS at
     FROM callback_event AS e`,
  );
  return new Map(rows.map(({ key, at }) => [key, at]));
}

function summarise(shape: Shape, all: readonly Delays[]) {
  const delays = all.filter((one) => one.shape === shape);
  const middle = (of: 'perSecond' | 'p50Ms' | 'p95Ms' | 'p99Ms' | 'maxMs') =>
    rounded(median(delays.map((one) => one[of])), 3);
  const [p50Ms, p99Ms] = [middle('p50Ms'), middle('p99Ms')];
  const isMet = p99Ms < target.p99Ms && p99Ms < target.p99ToP50 * p50Ms;
  return {
    shape,
    perSecond: middle('perSecond'),
    p50Ms,
    p95Ms: middle('p95Ms'),
    p99Ms,
    maxMs: middle('maxMs'),
    withinTarget: isMet ? 'yes' : 'no',
  };
}
