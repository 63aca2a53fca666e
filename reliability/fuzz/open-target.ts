import {
  describeExit,
  freePort,
  type StartedProcess,
  startProcess,
} from '@sinch-callbacks/dev-env/processes';
import { startPostgres, startRedis } from '@sinch-callbacks/dev-env/servers';
import {
  type AppVariables,
  assertBuilt,
  migrate,
  programs,
  workerProcess,
} from '@sinch-callbacks/dev-env/stack';
import { type LogTally, tallyLog } from './read-log.ts';
import type { Secrets } from './requests/generate-request.ts';
import { type MemoryWatch, watchMemory } from './watch-memory.ts';

/** The two servers that ingest runs on. */
export const fuzzServers = ['next', 'listener'] as const;
export type FuzzServer = (typeof fuzzServers)[number];

/** Real processes: ingest, built or from its sources, with a worker, a Redis and a Postgres. */
export interface Target {
  readonly port: number;
  readonly webhookUrl: string;
  readonly secrets: Secrets;
  readonly redisUrl: string;
  readonly databaseUrl: string;
  readonly log: LogTally;
  readonly memory: MemoryWatch;
  /** Processes that exited unexpectedly, with their last lines. */
  readonly ended: readonly string[];
  /** Stops ingest, so that its log is complete. */
  readonly stopIngest: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const secrets: Secrets = { current: 'fuzz-current', previous: 'fuzz-previous' };
const webhookSecret = `${secrets.current},${secrets.previous}`;

/** @throws when something cannot be started; then everything that was started is stopped. */
export async function openTarget(server: FuzzServer): Promise<Target> {
  if (server === 'next') await assertBuilt();
  const cleanup: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const closeOne of cleanup.splice(0).toReversed()) await closeOne();
  };
  try {
    const redis = await startRedis();
    if (redis.kind === 'unavailable') throw new Error(redis.message);
    cleanup.push(() => redis.close());
    const postgres = await startPostgres();
    cleanup.push(() => postgres.close());
    const variables = { databaseUrl: postgres.url, redisUrl: redis.url, webhookSecret };
    await migrate(variables);
    const worker = await startWorker(variables);
    cleanup.push(() => worker.stop());
    const log = tallyLog();
    const port = await freePort();
    const { ingest, memory } = await startIngest(server, port, redis.url, log);
    cleanup.push(async () => {
      memory.close();
      await ingest.stop();
    });
    const ended = noteEnds({ worker, ingest });
    return {
      port,
      webhookUrl: `http://127.0.0.1:${port}/api/sinch/webhook`,
      secrets,
      redisUrl: redis.url,
      databaseUrl: postgres.url,
      log,
      memory,
      ended,
      async stopIngest() {
        memory.close();
        await ingest.stop();
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function noteEnds(processes: Readonly<Record<string, StartedProcess>>): string[] {
  const ended: string[] = [];
  for (const [name, started] of Object.entries(processes)) {
    void started.exited.then((exit) => {
      ended.push(`${name} (${describeExit(exit)})\n${started.lastLines()}`);
    });
  }
  return ended;
}

/** Passes on only those of the caller's variables that a program needs to run. */
function environment(own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH, HOME, TMPDIR, NODE_ENV: 'production', ...own };
}

async function startWorker(variables: AppVariables): Promise<StartedProcess> {
  const worker = workerProcess(variables, await freePort());
  const env = { ...worker.env, LOG_LEVEL: 'error' };
  return await startProcess({ ...worker, env, stopTimeoutMs: 30_000 });
}

async function startIngest(
  server: FuzzServer,
  port: number,
  redisUrl: string,
  log: LogTally,
): Promise<{ ingest: StartedProcess; memory: MemoryWatch }> {
  const inspectorPort = await freePort();
  const ingest = await startProcess({
    name: 'ingest',
    command: process.execPath,
    args: [
      `--inspect=127.0.0.1:${inspectorPort}`,
      server === 'next' ? programs.ingest : programs.listener,
    ],
    env: environment({
      ...(server === 'next'
        ? { HOSTNAME: '127.0.0.1', PORT: String(port) }
        : { INGEST_PORT: String(port) }),
      REDIS_URL: redisUrl,
      SINCH_WEBHOOK_SECRET: webhookSecret,
    }),
    readyWhen: { kind: 'http', url: `http://127.0.0.1:${port}/api/health` },
    log: log.destination,
  });
  const listed = await fetch(`http://127.0.0.1:${inspectorPort}/json/list`);
  const [target] = (await listed.json()) as { webSocketDebuggerUrl: string }[];
  if (target === undefined) throw new Error('Ingest has no inspector.');
  return { ingest, memory: await watchMemory(target.webSocketDebuggerUrl) };
}
