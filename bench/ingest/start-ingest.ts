import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, type StartedProcess, startProcess } from '@sinch-callbacks/dev-env/processes';
import { commandLoggingTo, productionEnvironment } from '../measure/child-process.ts';

export interface IngestStart {
  readonly args: readonly string[];
  readonly redisUrl: string;
  readonly databaseUrl: string;
  readonly secret: string;
  readonly logDirectory: string;
  /** Variables beyond those that every ingest gets. */
  readonly extraEnv?: NodeJS.ProcessEnv;
}

export interface RunningIngest {
  readonly process: StartedProcess;
  /** The base address, without a path. */
  readonly url: string;
}

/** Starts an ingest server as in production, with its log in a file. */
export async function startIngest(start: IngestStart): Promise<RunningIngest> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = await startProcess({
    name: 'ingest',
    ...commandLoggingTo(join(start.logDirectory, `ingest-${port}.log`), start.args),
    env: productionEnvironment({
      REDIS_URL: start.redisUrl,
      DATABASE_URL: start.databaseUrl,
      SINCH_WEBHOOK_SECRET: start.secret,
      // PORT and HOSTNAME are Next's, the others our listener's.
      PORT: String(port),
      HOSTNAME: '127.0.0.1',
      INGEST_PORT: String(port),
      INGEST_HOST: '127.0.0.1',
      ...start.extraEnv,
    }),
    readyWhen: { kind: 'http', url: `${url}/api/health` },
    stopTimeoutMs: 30_000,
  });
  return { process: server, url };
}

export interface IngestContender {
  /** The name in `--only` and in the results. */
  readonly name: string;
  readonly path: string;
  /** Node's arguments. */
  readonly args: (nextServer: string) => readonly string[];
  readonly needsNext: boolean;
  /** True when an answer of 200 means a job in Redis. */
  readonly queues: boolean;
}

const webhook = '/api/sinch/webhook';
const listener = programAt('../../apps/ingest/src/main.ts');
const bare = programAt('contenders/bare.ts');
const preload = new URL('bypass-guard.ts', import.meta.url).href;
const next = (server: string) => ['--import', preload, server];

/** Contenders in the order of the first round; each round begins with the next one. */
export const ingestContenders: readonly IngestContender[] = [
  { name: 'next', path: webhook, args: next, needsNext: true, queues: true },
  { name: 'next-noop', path: '/api/bench/noop', args: next, needsNext: true, queues: false },
  {
    name: 'next-noop-api',
    path: '/api/bench/noop-api',
    args: next,
    needsNext: true,
    queues: false,
  },
  {
    name: 'next-tutorial',
    path: '/api/bench/tutorial',
    args: next,
    needsNext: true,
    queues: false,
  },
  { name: 'listener', path: webhook, args: () => [listener], needsNext: false, queues: true },
  { name: 'bare', path: webhook, args: () => [bare], needsNext: false, queues: true },
];

function programAt(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
