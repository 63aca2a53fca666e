import { ensureDatabase, startPostgres, startRedis } from '../servers/index.ts';
import { logFile } from './log-file.ts';
import type { StackPaths } from './paths.ts';
import { portNote } from './port-note.ts';
import type { RunningPart } from './running-part.ts';

export interface DatabaseServer extends RunningPart {
  readonly databaseUrl: string;
  readonly note: string;
}

export interface QueueServer extends RunningPart {
  /** Absent where there is no Redis: the queue then lives in Postgres. */
  readonly redisUrl: string | undefined;
  readonly note: string;
  /** How to get a Redis where there is none. */
  readonly advice?: string;
}

const databaseName = 'sinch_callbacks';

/** Real Postgres, with its data kept from run to run. */
export async function openDatabase(paths: StackPaths): Promise<DatabaseServer> {
  const { postgres: port } = paths.ports;
  const server = await startPostgres({
    dataDir: paths.postgres,
    ...(port === undefined ? {} : { port }),
    log: logFile(paths, 'postgres'),
  });
  const databaseUrl = await ensureDatabase(server.url, databaseName);
  const notes = [`${server.kind}, ${portNote(server.url, port)}`];
  if (server.directory !== undefined && server.directory !== paths.postgres) {
    notes.push(`data in ${server.directory}`);
  }
  const { ended } = server;
  return {
    name: 'postgres',
    databaseUrl,
    note: notes.join(', '),
    ended,
    close: () => server.close(),
  };
}

/** Redis from wherever it can be had; the last resort is to do without. */
export async function openQueue(paths: StackPaths): Promise<QueueServer> {
  const { redis: port } = paths.ports;
  const server = await startRedis({
    dataDir: paths.redis,
    ...(port === undefined ? {} : { port }),
    log: logFile(paths, 'redis'),
  });
  if (server.kind === 'unavailable') {
    return {
      name: 'queue',
      redisUrl: undefined,
      note: 'in Postgres, for want of a Redis',
      advice: server.message,
      ended: new Promise(() => {}),
      close: async () => {},
    };
  }
  const { ended } = server;
  return {
    name: 'redis',
    redisUrl: server.url,
    note: `Redis (${server.kind}), ${portNote(server.url, port)}`,
    ended,
    close: () => server.close(),
  };
}
