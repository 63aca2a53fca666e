import { queryRows } from '@sinch-callbacks/dev-env/servers';
import { type CpuPerThousand, measureCpu } from '../measure/measure-cpu.ts';
import { rounded } from '../report/arithmetic.ts';
import { openBullmqBacklog, type ServerUrls, waitUntilLeft } from './backlog.ts';
import { pauseLiveQueues } from './live-queues.ts';
import { startOurWorker } from './start-contender.ts';

export interface OurDrain {
  readonly seconds: number;
  readonly eventsPerSecond: number;
  readonly cpuPerThousand: CpuPerThousand;
}

export interface DrainOptions extends ServerUrls {
  /** The number of worker processes. */
  readonly workers: number;
  /** The number of events in the queue. */
  readonly waiting: number;
  /** The number of events drained before the clock starts. */
  readonly warmUp: number;
  readonly logDirectory: string;
  readonly pids: Readonly<Record<string, number | undefined>>;
  readonly extraEnv?: NodeJS.ProcessEnv;
}

const timeoutMs = 60 * 60_000;

/** Drains the queue with our workers; measured from warm until the last event is done. */
export async function drainOurs(options: DrainOptions): Promise<OurDrain> {
  await using closing = new AsyncDisposableStack();
  const backlog = openBullmqBacklog(options);
  closing.defer(() => backlog.close());
  const begin = await pauseLiveQueues(options.redisUrl);
  const workers: Record<string, number> = {};
  for (let n = 1; n <= options.workers; n += 1) {
    const worker = await startOurWorker(options, options.extraEnv);
    closing.defer(async () => void (await worker.stop()));
    workers[n === 1 ? 'worker' : `worker${n}`] = worker.pid;
  }
  await begin();
  const toMeasure = options.waiting - options.warmUp;
  const left = await waitUntilLeft(backlog, toMeasure, {
    what: 'the worker to be warm',
    timeoutMs,
  });
  const startedAt = performance.now();
  const cpu = await measureCpu({ ...workers, ...options.pids });
  await waitUntilLeft(backlog, 0, { what: 'the worker to be done', timeoutMs });
  const seconds = (performance.now() - startedAt) / 1_000;
  return {
    seconds: rounded(seconds),
    eventsPerSecond: rounded(left / seconds),
    cpuPerThousand: await cpu(left),
  };
}

/** Counts the events that are stored and applied. */
export async function countApplied(databaseUrl: string): Promise<number> {
  const [row] = await queryRows<{ n: number }>(
    databaseUrl,
    "SELECT count(*)::integer AS n FROM callback_event WHERE state = 'APPLIED'",
  );
  return row?.n ?? 0;
}
