import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { Writable } from 'node:stream';
import { type CallbackEvent, eventKey, recognise } from '@sinch-callbacks/core';
import { type Database, migrateDatabase, openDatabase } from '@sinch-callbacks/db';
import { freePort, type StartedProcess, startProcess } from '@sinch-callbacks/dev-env/processes';
import { createDatabase } from '@sinch-callbacks/dev-env/servers';
import type {} from '@sinch-callbacks/dev-env/vitest';
import { migrateQueue, openProducer, type QueueLocation } from '@sinch-callbacks/queue';
import { inject } from 'vitest';
import type { WorkerTimings } from '../../src/worker-timings.ts';

export interface WorkerFixture {
  readonly databaseUrl: string;
  readonly database: Database;
  readonly location: QueueLocation;
  /** The queue that ingest uses while Redis is down. */
  readonly fallback: QueueLocation;
  /** Starts a worker process; it is ended with the fixture. */
  start(changes?: Record<string, string>, how?: StartOptions): Promise<WorkerProcess>;
  enqueue(events: readonly CallbackEvent[], where?: QueueLocation): Promise<void>;
  /** Numbers of events by state. */
  states(): Promise<Record<string, number>>;
  /** The numbers of attempts that events took, each number once. */
  attempts(): Promise<number[]>;
  /** Locks this table, until the returned function is called. */
  lockTable(name: 'callback_event' | 'message'): Promise<() => Promise<void>>;
  /** Locks this contact's row, likewise. */
  lockContact(id: string): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

export interface StartOptions {
  /** Shorter timings, so that hours pass in seconds. */
  readonly timings?: Partial<WorkerTimings>;
  /** A module of this folder that the process loads before everything else. */
  readonly preload?: string;
  readonly log?: Writable;
  /** False to return before it answers. */
  readonly isWaitedFor?: boolean;
}

export interface WorkerProcess extends StartedProcess {
  readonly adminUrl: string;
}

/** A database and a queue of the test's own, for real worker processes to work on. */
export async function openWorkerFixture({
  postgresUrl = inject('postgresUrl'),
  redisUrl = inject('redisUrl'),
} = {}): Promise<WorkerFixture> {
  const hasTemplate = postgresUrl === inject('postgresUrl');
  const { url: databaseUrl, drop } = await createDatabase(postgresUrl, undefined, {
    ...(hasTemplate && { template: inject('migratedDatabase') }),
  });
  const location: QueueLocation = {
    backend: { kind: 'redis', url: redisUrl },
    prefix: `w${randomUUID().slice(0, 8)}`,
  };
  const fallback: QueueLocation = {
    backend: { kind: 'postgres', url: databaseUrl },
    prefix: location.prefix ?? '',
  };
  await Promise.all([!hasTemplate && migrateDatabase(databaseUrl), migrateQueue(fallback)]);
  const database = openDatabase({ url: databaseUrl });
  const started: StartedProcess[] = [];
  return {
    databaseUrl,
    database,
    location,
    fallback,
    async start(changes = {}, { timings = {}, preload, log, isWaitedFor = true } = {}) {
      const port = await freePort();
      const adminUrl = `http://127.0.0.1:${port}`;
      const worker = await startProcess({
        name: 'worker',
        command: process.execPath,
        args: [
          ...(preload === undefined
            ? []
            : ['--import', path.resolve(import.meta.dirname, preload)]),
          path.resolve(import.meta.dirname, 'worker-with-timings.ts'),
          JSON.stringify(timings),
        ],
        env: {
          DATABASE_URL: databaseUrl,
          REDIS_URL: location.backend.url,
          QUEUE_PREFIX: location.prefix,
          ADMIN_PORT: String(port),
          LOG_LEVEL: 'warn',
          ...changes,
        },
        readyWhen: isWaitedFor ? { kind: 'http', url: `${adminUrl}/healthz` } : { kind: 'at-once' },
        ...(log && { log }),
        readyTimeoutMs: 90_000,
        stopTimeoutMs: 30_000,
      });
      started.push(worker);
      return { ...worker, adminUrl };
    },
    async enqueue(events, where = location) {
      const producer = openProducer({ ...where, timeoutMs: 60_000 });
      for (let at = 0; at < events.length; at += enqueuedAtOnce) {
        const some = events.slice(at, at + enqueuedAtOnce);
        const outcomes = await Promise.all(some.map((event) => producer.enqueue(event)));
        const refused = outcomes.find(({ kind }) => kind !== 'queued');
        if (refused !== undefined) throw new Error(JSON.stringify(refused));
      }
      await producer.close();
    },
    async states() {
      const groups = await database.prisma.callbackEvent.groupBy({ by: ['state'], _count: true });
      return Object.fromEntries(groups.map(({ state, _count }) => [state, _count]));
    },
    async attempts() {
      const groups = await database.prisma.callbackEvent.groupBy({ by: ['attempts'] });
      return groups.map(({ attempts }) => attempts);
    },
    lockTable: async (name) =>
      await holdLock(databaseUrl, `LOCK TABLE ${name} IN ACCESS EXCLUSIVE MODE`),
    lockContact: async (id) =>
      await holdLock(
        databaseUrl,
        `SELECT FROM contact WHERE sinch_contact_id = '${id}' FOR UPDATE`,
      ),
    async close() {
      await Promise.all(started.map(async (worker) => await worker.stop()));
      await database.close();
      await drop();
    },
  };
}

async function holdLock(url: string, statement: string): Promise<() => Promise<void>> {
  const database = openDatabase({ url, limits: { silenceTimeoutMs: maxLockMs } });
  const locked = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const holding = database.prisma.$transaction(
    async (tx) => {
      await tx.$executeRawUnsafe(statement);
      locked.resolve();
      await release.promise;
    },
    { timeout: maxLockMs },
  );
  await Promise.race([locked.promise, holding]);
  return async () => {
    release.resolve();
    await holding;
    await database.close();
  };
}

const maxLockMs = 600_000;
const enqueuedAtOnce = 250;

export async function statusOf(
  { adminUrl }: WorkerProcess,
  page: '/healthz' | '/readyz',
): Promise<{ readonly status: number; readonly body: unknown }> {
  const answer = await fetch(adminUrl + page);
  return { status: answer.status, body: await answer.json() };
}

/** Collects the log lines of a worker. */
export function keepLines(): { readonly log: Writable; readonly lines: () => LogLine[] } {
  let text = '';
  const log = new Writable({
    write(chunk, _, done) {
      text += String(chunk);
      done();
    },
  });
  const lines = () =>
    text
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as LogLine);
  return { log, lines };
}

export interface LogLine extends Readonly<Record<string, unknown>> {
  readonly msg: string;
}

export const numberedEvents = (count: number, prefix = '01M') =>
  Array.from({ length: count }, (_, index) => reportEvent(`${prefix}${index}`));

/** A generous timeout: the awaited state comes in a moment, or not at all. */
export const soon = (what: string, timeoutMs = 60_000) => ({ what, timeoutMs, intervalMs: 50 });

/** The event of a delivery report. */
export function reportEvent(messageId: string, status = 'DELIVERED'): CallbackEvent {
  const text = JSON.stringify({
    app_id: '01APP',
    event_time: '2026-01-02T03:04:05.678Z',
    message_delivery_report: { message_id: messageId, status },
  });
  const recognition = recognise(text);
  if (recognition.kind !== 'known') throw new Error('not a delivery report');
  return {
    key: eventKey(recognition.trigger, messageId, Buffer.from(text)),
    trigger: recognition.trigger,
    entityId: messageId,
    rawBody: { encoding: 'utf8', text },
    receivedAt: new Date().toISOString(),
    signature: undefined,
  };
}
