import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import {
  freePort,
  type ProcessOptions,
  type StartedProcess,
  startProcess,
} from '@sinch-callbacks/dev-env/processes';
import { createDatabase, type TestDatabase } from '@sinch-callbacks/dev-env/servers';
import { programs } from '@sinch-callbacks/dev-env/stack';
import type {} from '@sinch-callbacks/dev-env/vitest';
import { type SinchApi, sinchVariablesOf } from '@sinch-callbacks/simulator/api';
import { inject } from 'vitest';
import { secrets } from './canaries.ts';

export type Environment = Readonly<Record<string, string>>;

export interface LeakyProcess extends StartedProcess {
  readonly url: string;
}

/** Real processes with their whole output, by name. */
export interface LeakyStack {
  readonly database: TestDatabase;
  readonly servers: Environment;
  /** The working directory of all processes, where a crash report would appear. */
  readonly directory: string;
  readonly outputs: ReadonlyMap<string, string>;
  startIngest(name: string, changes?: Environment): Promise<LeakyProcess>;
  /** Starts the ingest without Next, from its sources. */
  startListener(name: string, changes?: Environment): Promise<LeakyProcess>;
  startWorker(name: string, changes?: Environment): Promise<LeakyProcess>;
  /** Starts the handlers process with the code that fails. */
  startHandlers(name: string): Promise<LeakyProcess>;
  /** Starts a sender of the app of a local Sinch API. */
  startSender(name: string, sinch: SinchApi): Promise<LeakyProcess>;
  /** Runs a program to its end, with any exit code, and returns its output. */
  run(name: string, args: readonly string[], changes?: Environment): Promise<string>;
  /** Runs a program to its end, or until the caller kills it. */
  start(name: string, args: readonly string[], changes?: Environment): Promise<StartedProcess>;
  close(): Promise<void>;
}

/** @param own variables of all processes, such as the servers of this stack alone. */
export async function openLeakyStack(own: Environment = {}): Promise<LeakyStack> {
  const directory = await mkdtemp(path.join(tmpdir(), 'sinch-leaks-'));
  const database = await createDatabase(inject('postgresUrl'));
  const servers: Environment = {
    DATABASE_URL: database.url,
    REDIS_URL: inject('redisUrl'),
    QUEUE_PREFIX: `leaks-${randomUUID().slice(0, 8)}`,
    LOG_LEVEL: 'trace',
    SINCH_WEBHOOK_SECRET: `${secrets.webhookSecret},${secrets.oldWebhookSecret}`,
    SINCH_ACCESS_SECRET: secrets.apiSecret,
    NODE_OPTIONS: importing('mistake-on-signal.ts'),
    ...own,
  };
  const outputs = new Map<string, string>();
  const started: StartedProcess[] = [];

  async function start(
    name: string,
    args: readonly string[],
    changes: Environment,
    readyUrl?: string,
  ) {
    const options: ProcessOptions = {
      name,
      command: process.execPath,
      args,
      cwd: directory,
      env: { ...servers, ...changes },
      log: new Writable({
        write(chunk: string | Buffer, _encoding, done) {
          outputs.set(name, `${outputs.get(name) ?? ''}${chunk.toString()}`);
          done();
        },
      }),
    };
    const one = await startProcess({
      ...options,
      ...(readyUrl !== undefined && {
        readyWhen: { kind: 'check', what: 'any answer', isReady: () => answers(readyUrl) },
      }),
    });
    started.push(one);
    return one;
  }

  const stack: LeakyStack = {
    database,
    servers,
    outputs,
    directory,
    async startIngest(name, changes = {}) {
      const port = await freePort();
      const url = `http://127.0.0.1:${port}`;
      const place = { HOSTNAME: '127.0.0.1', PORT: String(port) };
      const one = await start(name, [programs.ingest], { ...place, ...changes }, url);
      return { ...one, url };
    },
    async startListener(name, changes = {}) {
      const port = await freePort();
      const url = `http://127.0.0.1:${port}`;
      const place = { INGEST_HOST: '127.0.0.1', INGEST_PORT: String(port) };
      const one = await start(name, [programs.listener], { ...place, ...changes }, url);
      return { ...one, url };
    },
    async startWorker(name, changes = {}) {
      const port = await freePort();
      const url = `http://127.0.0.1:${port}`;
      const one = await start(
        name,
        [programs.worker],
        { ADMIN_PORT: String(port), ...changes },
        `${url}/healthz`,
      );
      return { ...one, url };
    },
    async startHandlers(name) {
      const port = await freePort();
      const url = `http://127.0.0.1:${port}`;
      const code = path.join(programs.root, 'apps/handlers/test/support/failing-handlers.ts');
      const one = await start(
        name,
        [programs.handlersOfModule, code],
        { HANDLERS_PORT: String(port) },
        `${url}/healthz`,
      );
      return { ...one, url };
    },
    async startSender(name, sinch) {
      const port = await freePort();
      const url = `http://127.0.0.1:${port}`;
      const changes = { ...sinchVariablesOf(sinch), SENDER_PORT: String(port) };
      const one = await start(name, [programs.sender], changes, `${url}/healthz`);
      return { ...one, url };
    },
    start: async (name, args, changes = {}) => await start(name, args, changes),
    async run(name, args, changes = {}) {
      const one = await start(name, args, changes);
      await one.exited;
      return outputs.get(name) ?? '';
    },
    async close() {
      await Promise.all(started.map((one) => one.stop()));
      await database.drop();
      await rm(directory, { recursive: true, force: true });
    },
  };
  await stack.run('migrate', [programs.migrate]);
  return stack;
}

/** Returns NODE_OPTIONS that import a file of this folder first. */
export function importing(file: string): string {
  return `--import=${pathToFileURL(path.join(import.meta.dirname, file)).href}`;
}

async function answers(url: string): Promise<boolean> {
  await (await fetch(url)).arrayBuffer();
  return true;
}
