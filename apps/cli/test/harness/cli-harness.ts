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
import { afterEach, beforeEach, inject, onTestFailed, TestRunner } from 'vitest';
import { run as runCallbacks } from '../../src/run.ts';
import type { CommandIo } from '../../src/terminal/terminal.ts';

/** The file that runs the command. */
export const mainFile = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** The exit code of a run of `callbacks`, and its output. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface EndedJson extends Ended {
  readonly document: ReturnType<typeof JSON.parse>;
}

export type Environment = Readonly<Record<string, string>>;

/** Runs the real command in a process of its own, with these variables and no others. */
export async function callbacks(
  args: readonly string[],
  env: Environment,
  stdin = '',
): Promise<Ended> {
  const child = spawn(process.execPath, [mainFile, ...args], {
    cwd: tmpdir(),
    env: { ...compileCache(), ...env },
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  child.stdin.end(stdin);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return explained(args, { code: await ended, stdout, stderr });
}

/** Runs the command in this process: quicker, and without `main.ts`. */
export async function callbacksHere(
  args: readonly string[],
  environment: Environment,
  stdin = '',
  sinchTimings: CommandIo['sinchTimings'] = {},
): Promise<Ended> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const streams = { stdin: Readable.from([Buffer.from(stdin)]), stdout, stderr };
  const now = () => new Date();
  const code = await runCallbacks(args, { ...streams, now, environment, sinchTimings });
  stdout.end();
  stderr.end();
  return explained(args, { code, stdout: await text(stdout), stderr: await text(stderr) });
}

/** Prints the run where its test fails: an exit code alone does not say why. */
function explained(args: readonly string[], ended: Ended): Ended {
  if (TestRunner.getCurrentTest() !== undefined) {
    onTestFailed(() => {
      const { code, stderr } = ended;
      console.error(`callbacks ${args.join(' ')} ended with ${code}:\n${stderr}`);
    });
  }
  return ended;
}

/** A migrated database, a queue, and runs of the command on them. */
export interface CliHarness {
  readonly database: Database;
  readonly location: QueueLocation;
  /** Variables with which the command finds this database and queue. */
  readonly env: Environment;
  /** Runs the command in this process, without a stack file. */
  run(...args: readonly string[]): Promise<Ended>;
  /** Runs the command with `--json`, and parses its output. */
  runJson(...args: readonly string[]): Promise<EndedJson>;
  /** Ids of the jobs in a queue, in any state. */
  jobIds(queue: keyof typeof queueNames): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Opens a migrated database and a queue of the test's own. */
export async function openCliHarness(
  backend: 'redis' | 'postgres' = 'redis',
  redisUrl = inject('redisUrl'),
  prefix = `c${randomUUID().slice(0, 8)}`,
): Promise<CliHarness> {
  const { url, drop } = await createDatabase(inject('postgresUrl'), undefined, {
    template: inject('migratedDatabase'),
  });
  const queueUrl = backend === 'redis' ? redisUrl : url;
  const location: QueueLocation = { backend: { kind: backend, url: queueUrl }, prefix };
  await migrateQueue(location);
  const database = openDatabase({ url });
  const board = openBoardQueues(location, () => undefined);
  const env = {
    DATABASE_URL: url,
    QUEUE_PREFIX: prefix,
    SINCH_WEBHOOK_SECRET: 'test-secret,old-secret',
    ...(backend === 'redis' && { REDIS_URL: queueUrl }),
  };
  const run = async (...args: readonly string[]) =>
    await callbacksHere([...args, '--no-stack'], env);
  return {
    database,
    location,
    env,
    run,
    async runJson(...args) {
      const ended = await run(...args, '--json');
      return { ...ended, document: JSON.parse(ended.stdout) };
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

/** Opens a harness for each test of a file or `describe`, and closes it afterwards. */
export function useCli(backend: 'redis' | 'postgres' = 'redis'): CliHarness {
  let opened: CliHarness | undefined;
  const current = (): CliHarness => {
    if (opened === undefined) throw new Error('the harness is open only during a test');
    return opened;
  };
  beforeEach(async () => {
    opened = await openCliHarness(backend);
  });
  afterEach(async () => {
    await current().close();
    opened = undefined;
  });
  return {
    get database() {
      return current().database;
    },
    get location() {
      return current().location;
    },
    get env() {
      return current().env;
    },
    run: (...args) => current().run(...args),
    runJson: (...args) => current().runJson(...args),
    jobIds: (queue) => current().jobIds(queue),
    close: () => current().close(),
  };
}
