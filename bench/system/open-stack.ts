import { randomBytes } from 'node:crypto';
import type { PostgresServer } from '@sinch-callbacks/dev-env/servers';
import { ingestContenders, startIngest } from '../ingest/start-ingest.ts';
import type { Bodies } from '../load/make-events.ts';
import { type Arrivals, type LoadResult, startLoad } from '../load/start-load.ts';
import { openRedis, type TemplateDatabase } from '../measure/open-servers.ts';
import { openBullmqBacklog, waitUntilLeft } from '../worker/backlog.ts';
import { startOurWorker } from '../worker/start-contender.ts';

export interface StackOptions {
  readonly postgres: PostgresServer;
  readonly template: TemplateDatabase;
  readonly logDirectory: string;
  /** Bodies to send in order, each once. */
  readonly bodies: Bodies;
  readonly connections: number;
}

/** A whole system: the listener, a worker, Redis and Postgres. */
export interface Stack {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly pids: Readonly<Record<string, number | undefined>>;
  /** Sends the next bodies, and resolves after the last answer. */
  send(arrivals: Arrivals, acknowledgementsFile?: string): Promise<SentLoad>;
  /** Resolves when no job is left. */
  drained(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface SentLoad extends LoadResult {
  /** The time of the first callback, by `performance.now()`. */
  readonly beganAt: number;
}

const drainTimeoutMs = 300_000;

export async function openStack(options: StackOptions): Promise<Stack> {
  const { postgres, logDirectory, bodies, connections } = options;
  await using opening = new AsyncDisposableStack();
  const database = await options.template.copy();
  opening.defer(() => database.drop());
  const redis = await openRedis();
  opening.defer(() => redis.close());
  const secret = randomBytes(24).toString('hex');
  const urls = { databaseUrl: database.url, redisUrl: redis.url };
  const listener = ingestContenders.find(({ name }) => name === 'listener');
  if (listener === undefined) throw new Error('there is no listener');
  const start = { ...urls, secret, logDirectory };
  const worker = await startOurWorker(start);
  opening.defer(async () => void (await worker.stop()));
  const ingest = await startIngest({ ...start, args: listener.args('') });
  opening.defer(async () => void (await ingest.process.stop()));
  const backlog = openBullmqBacklog(urls);
  opening.defer(() => backlog.close());
  const closing = opening.move();
  let sent = 0;
  return {
    ...urls,
    pids: {
      ingest: ingest.process.pid,
      worker: worker.pid,
      redis: redis.process?.pid,
      postgres: postgres.process?.pid,
    },
    async send(arrivals, acknowledgementsFile) {
      const load = await startLoad({
        url: `${ingest.url}${listener.path}`,
        secret,
        bodiesFile: bodies.file,
        connections,
        arrivals,
        from: sent,
        ...(acknowledgementsFile !== undefined && { acknowledgementsFile }),
      });
      try {
        const beganAt = performance.now();
        load.begin();
        const result = await load.result();
        sent += result.accepted + result.refused;
        return { ...result, beganAt };
      } finally {
        await load.process.stop();
      }
    },
    async drained() {
      await waitUntilLeft(backlog, 0, { what: 'the worker to be done', timeoutMs: drainTimeoutMs });
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}
