import { join } from 'node:path';
import { freePort, type StartedProcess, startProcess } from '@sinch-callbacks/dev-env/processes';
import { environmentWith, loggingTo } from '../ground/environment.ts';

export interface IngestStart {
  readonly args: readonly string[];
  readonly redisUrl: string;
  readonly databaseUrl: string;
  readonly secret: string;
  readonly logDirectory: string;
  /** Variables beside those that every ingest is given. */
  readonly own?: NodeJS.ProcessEnv;
}

export interface RunningIngest {
  readonly process: StartedProcess;
  /** Without a path. */
  readonly url: string;
}

/** A server in front of the queue, as in production, its log going to a file. */
export async function startIngest(start: IngestStart): Promise<RunningIngest> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = await startProcess({
    name: 'ingest',
    ...loggingTo(join(start.logDirectory, `ingest-${port}.log`), start.args),
    env: environmentWith({
      REDIS_URL: start.redisUrl,
      DATABASE_URL: start.databaseUrl,
      SINCH_WEBHOOK_SECRET: start.secret,
      // Next's own two, and those of the lean listener.
      PORT: String(port),
      HOSTNAME: '127.0.0.1',
      INGEST_PORT: String(port),
      INGEST_HOST: '127.0.0.1',
      ...start.own,
    }),
    readyWhen: { kind: 'http', url: `${url}/api/health` },
    stopTimeoutMs: 30_000,
  });
  return { process: server, url };
}
