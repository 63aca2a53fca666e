import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, type StartedProcess, startProcess } from '@sinch-callbacks/dev-env/processes';
import { commandLoggingTo, productionEnvironment, watchLines } from '../measure/child-process.ts';
import type { ServerUrls } from './backlog.ts';
import { pauseLiveQueues } from './live-queues.ts';

export interface RunningContender {
  readonly process: StartedProcess;
  /** Lets it take jobs. */
  begin(): Promise<void>;
  /** Resolves when it is warm, with how many events are left; absent where it says nothing. */
  readonly warm?: Promise<number>;
  /** Resolves when it says that it has handled everything; at once where it says nothing. */
  readonly handled: Promise<unknown>;
}

export interface Start extends ServerUrls {
  readonly events: number;
  /** So many of them come before what is measured. */
  readonly warmUp: number;
  readonly logDirectory: string;
  /** Where our worker's CPU profile goes, if one is asked for. */
  readonly profileDirectory?: string | undefined;
}

const workerProgram = fileURLToPath(new URL('../../apps/worker/src/main.ts', import.meta.url));

/** A process of its own, ready and not yet taking jobs. */
export async function startContender(
  entry: WorkerContender,
  start: Start,
): Promise<RunningContender> {
  if (entry.program !== undefined) return await startProgram(entry, entry.program, start);
  // It takes jobs as soon as it is there.
  const begin = await pauseLiveQueues(start.redisUrl);
  return { process: await startOurWorker(start), begin, handled: Promise.resolve() };
}

/** The product's worker as in production, its log going to a file. */
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
    warm: lines.line('warm').then((handled) => start.events - Number(handled)),
    handled: lines.line('handled'),
  };
}

export interface WorkerContender {
  /** For `--only` and the results. */
  readonly name: string;
  /** Where its jobs are. */
  readonly queue: 'bullmq' | 'pg-boss' | 'graphile-worker';
  /** `undefined` for the product's own worker, which is started as in production. */
  readonly program: string | undefined;
  readonly variant?: 'per-event' | 'set-based';
  /** The best of `concurrencies`, by `--calibrate` on two cores. */
  readonly concurrency: number;
  readonly concurrencies: readonly number[];
  readonly writesRows: boolean;
}

const perEvent = [5, 10, 20];

/** In the order of a round's first turn; each round begins one further on. */
export const workerContenders: readonly WorkerContender[] = [
  {
    name: 'ours',
    queue: 'bullmq',
    program: undefined,
    concurrency: 0,
    concurrencies: [],
    writesRows: true,
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
