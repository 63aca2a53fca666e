import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { knownTriggers } from '@sinch-callbacks/core';
import { freePort, type StartedProcess, startProcess } from '@sinch-callbacks/dev-env/processes';
import { queryRows } from '@sinch-callbacks/dev-env/servers';
import { commandLoggingTo, productionEnvironment, watchLines } from '../measure/child-process.ts';
import type { ServerUrls } from './backlog.ts';
import { pauseLiveQueues } from './live-queues.ts';

export interface RunningContender {
  readonly process: StartedProcess;
  /** Starts its work on jobs. */
  begin(): Promise<void>;
  /** Resolves when it is warm, with the number of events left; absent where it prints nothing. */
  readonly warm?: Promise<number>;
  /** Resolves when it prints that every event is handled; at once where it prints nothing. */
  readonly handled: Promise<unknown>;
}

export interface Start extends ServerUrls {
  readonly events: number;
  /** The number of events before the clock starts. */
  readonly warmUp: number;
  readonly logDirectory: string;
  /** A folder for our worker's CPU profile, if wanted. */
  readonly profileDirectory?: string | undefined;
}

const workerProgram = fileURLToPath(new URL('../../apps/worker/src/main.ts', import.meta.url));

/** Starts the contender's process, ready and not yet taking jobs. */
export async function startContender(
  entry: WorkerContender,
  start: Start,
): Promise<RunningContender> {
  if (entry.program !== undefined) return await startProgram(entry, entry.program, start);
  if (entry.handlers !== undefined) await registerHandlers(start.databaseUrl, entry.handlers);
  if (entry.erasedKeys !== undefined) await fillErasedList(start.databaseUrl, entry.erasedKeys);
  // Our worker takes jobs as soon as it is up.
  const begin = await pauseLiveQueues(start.redisUrl);
  const extraEnv = entry.erasedKeys === undefined ? {} : { ERASURE_KEY: erasureKey };
  return { process: await startOurWorker(start, extraEnv), begin, handled: Promise.resolve() };
}

/** Registers handlers of all triggers, which no process runs: their tasks are made and wait. */
async function registerHandlers(databaseUrl: string, count: number): Promise<void> {
  await queryRows(
    databaseUrl,
    `INSERT INTO handler (name, triggers, "order", active_from, seen_at)
     SELECT 'bench-' || n, $1::text[], 'CONVERSATION', now(), now()
     FROM generate_series(1, $2::integer) AS n`,
    [[...knownTriggers], count],
  );
}

const erasureKey = 'a-key-of-the-benchmark-which-no-one-keeps';

/** Fills the list of erased people with digests of which the events have none. */
async function fillErasedList(databaseUrl: string, count: number): Promise<void> {
  await queryRows(
    databaseUrl,
    `WITH erased AS (
       INSERT INTO erasure (id, requested_at, finished_at, cutoff, state, for_ever, operator)
       VALUES (gen_random_uuid(), now(), now(), now(), 'DONE', false, 'bench') RETURNING id
     )
     INSERT INTO erased_key (digest, erasure_id)
     SELECT sha256(convert_to(n::text, 'UTF8')), erased.id
     FROM erased, generate_series(1, $1::integer) AS n`,
    [count],
  );
}

/** Starts our worker as in production, with its log in a file. */
export async function startOurWorker(
  start: Omit<Start, 'events' | 'warmUp'>,
  extraEnv: NodeJS.ProcessEnv = {},
): Promise<StartedProcess> {
  const port = await freePort();
  const { profileDirectory } = start;
  const profile = profileDirectory ? ['--cpu-prof', `--cpu-prof-dir=${profileDirectory}`] : [];
  const log = join(start.logDirectory, `worker-${port}.log`);
  return await startProcess({
    name: 'worker',
    ...commandLoggingTo(log, [...profile, workerProgram]),
    env: productionEnvironment({
      DATABASE_URL: start.databaseUrl,
      REDIS_URL: start.redisUrl,
      ADMIN_HOST: '127.0.0.1',
      ADMIN_PORT: String(port),
      ...extraEnv,
    }),
    readyWhen: { kind: 'http', url: `http://127.0.0.1:${port}/readyz` },
    stopTimeoutMs: 30_000,
  });
}

async function startProgram(
  { name, variant, concurrency }: WorkerContender,
  program: string,
  start: Start,
): Promise<RunningContender> {
  const lines = watchLines(createWriteStream(join(start.logDirectory, `${name}.log`)));
  const contender = await startProcess({
    name,
    command: process.execPath,
    args: [program],
    env: productionEnvironment({
      BENCH_DATABASE_URL: start.databaseUrl,
      BENCH_REDIS_URL: start.redisUrl,
      BENCH_EVENTS: String(start.events),
      BENCH_WARM_UP: String(start.warmUp),
      BENCH_CONCURRENCY: String(concurrency),
      BENCH_VARIANT: variant ?? '',
    }),
    readyWhen: { kind: 'line', pattern: /^ready$/ },
    log: lines.log,
  });
  return {
    process: contender,
    begin: async () => void process.kill(contender.pid, 'SIGUSR2'),
    warm: lines.waitFor('warm').then((handled) => start.events - Number(handled)),
    handled: lines.waitFor('handled'),
  };
}

export interface WorkerContender {
  /** The name in `--only` and in the results. */
  readonly name: string;
  /** The queue that it reads. */
  readonly queue: 'bullmq' | 'pg-boss' | 'graphile-worker';
  /** `undefined` for our worker, which starts as in production. */
  readonly program: string | undefined;
  readonly variant?: 'per-event' | 'set-based';
  /** The best of `concurrencies`, by `--calibrate` on two cores. */
  readonly concurrency: number;
  readonly concurrencies: readonly number[];
  readonly writesRows: boolean;
  /** The number of handlers, each of all triggers; ours alone has any. */
  readonly handlers?: number;
  /** The number of digests on the list of erased people; ours alone has any. */
  readonly erasedKeys?: number;
}

const perEvent = [5, 10, 20];

/** Contenders in the order of the first round; each round begins with the next one. */
export const workerContenders: readonly WorkerContender[] = [
  {
    name: 'ours',
    queue: 'bullmq',
    program: undefined,
    concurrency: 0,
    concurrencies: [],
    writesRows: true,
  },
  ...[1, 3].map((handlers) => ({
    name: `ours-${handlers}-handler${handlers > 1 ? 's' : ''}`,
    queue: 'bullmq' as const,
    program: undefined,
    concurrency: 0,
    concurrencies: [],
    writesRows: true,
    handlers,
  })),
  {
    name: 'ours-10000-erased',
    queue: 'bullmq',
    program: undefined,
    concurrency: 0,
    concurrencies: [],
    writesRows: true,
    erasedKeys: 10_000,
  },
  {
    name: 'noop',
    queue: 'bullmq',
    program: programOf('bullmq-noop'),
    concurrency: 100,
    concurrencies: [5, 10, 20, 50, 100, 200],
    writesRows: false,
  },
  {
    name: 'prisma',
    queue: 'bullmq',
    program: programOf('bullmq-prisma'),
    concurrency: 10,
    concurrencies: perEvent,
    writesRows: true,
  },
  ...(['pg-boss', 'graphile-worker'] as const).flatMap((queue) =>
    (['per-event', 'set-based'] as const).map((variant) => ({
      name: `${queue}-${variant}`,
      queue,
      program: programOf(queue),
      variant,
      concurrency: 10,
      concurrencies: variant === 'per-event' ? perEvent : [],
      writesRows: true,
    })),
  ),
];

function programOf(name: string): string {
  return fileURLToPath(new URL(`contenders/${name}.ts`, import.meta.url));
}
