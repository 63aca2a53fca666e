import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type Database, openDatabase } from '@sinch-callbacks/db';
import { compileCache } from '@sinch-callbacks/dev-env/processes';
import { createDatabase } from '@sinch-callbacks/dev-env/servers';
import type {} from '@sinch-callbacks/dev-env/vitest';
import {
  migrateQueue,
  openBoardQueues,
  type QueueLocation,
  queueNames,
} from '@sinch-callbacks/queue';
import { inject } from 'vitest';
import { run as runCallbacks } from '../../src/run.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** How a run of `callbacks` ended, and what it wrote. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type Environment = Readonly<Record<string, string>>;

/** Runs the real command in a process of its own, which sees these variables and no others. */
export async function callbacks(
  args: readonly string[],
  env: Environment,
  stdin = '',
): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: tmpdir(),
    env: { ...compileCache(), ...env },
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  child.stdin.end(stdin);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await ended, stdout, stderr };
}

/** The same in this process: quicker, and all but the edge of `main.ts`. */
export async function callbacksHere(
  args: readonly string[],
  environment: Environment,
  stdin = '',
): Promise<Ended> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const streams = { stdin: Readable.from([Buffer.from(stdin)]), stdout, stderr };
  const code = await runCallbacks(args, { ...streams, now: () => new Date(), environment });
  stdout.end();
  stderr.end();
  return { code, stdout: await text(stdout), stderr: await text(stderr) };
}

export interface CliWorld {
  readonly database: Database;
  readonly location: QueueLocation;
  /** What the command is given, so that it finds this world's database and queue. */
  readonly env: Environment;
  /** Ids of the jobs in a queue, whatever their state. */
  jobIds(queue: keyof typeof queueNames): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** A migrated database and a queue of the test's own. */
export async function openCliWorld(
  backend: 'redis' | 'postgres' = 'redis',
  redisUrl = inject('redisUrl'),
  prefix = `c${randomUUID().slice(0, 8)}`,
): Promise<CliWorld> {
  const { url, drop } = await createDatabase(inject('postgresUrl'), undefined, {
    template: inject('migratedDatabase'),
  });
  const queueUrl = backend === 'redis' ? redisUrl : url;
  const location: QueueLocation = { backend: { kind: backend, url: queueUrl }, prefix };
  await migrateQueue(location);
  const database = openDatabase({ url });
  const board = openBoardQueues(location, () => undefined);
  return {
    database,
    location,
    env: {
      DATABASE_URL: url,
      QUEUE_PREFIX: prefix,
      SINCH_WEBHOOK_SECRET: 'test-secret,old-secret',
      ...(backend === 'redis' && { REDIS_URL: queueUrl }),
    },
    async jobIds(queue) {
      const found = board.queues.find(({ name }) => name === queueNames[queue]);
      const jobs =
        (await found?.getJobs(['waiting', 'active', 'delayed', 'completed'], 0, 999)) ?? [];
      return jobs.map(({ id }) => id ?? '').toSorted();
    },
    async close() {
      await board.close();
      await database.close();
      await drop();
    },
  };
}
