import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { type CallbackEvent, eventKey, recognise } from '@sinch-callbacks/core';
import { type Database, migrateDatabase, openDatabase } from '@sinch-callbacks/db';
import { migrateQueue, openProducer, type QueueLocation } from '@sinch-callbacks/queue';
import { freePort, type StartedProcess, startProcess } from '@sinch-callbacks/testing/processes';
import { createDatabase } from '@sinch-callbacks/testing/servers';
import type {} from '@sinch-callbacks/testing/vitest';
import { inject } from 'vitest';

export interface WorkerWorld {
  readonly databaseUrl: string;
  readonly database: Database;
  readonly location: QueueLocation;
  /** Where ingest queues while Redis is away. */
  readonly fallback: QueueLocation;
  /** Starts a worker process; it is ended with the world. */
  start(changes?: Record<string, string>): Promise<WorkerProcess>;
  enqueue(events: readonly CallbackEvent[], where?: QueueLocation): Promise<void>;
  /** Numbers of events by state. */
  states(): Promise<Record<string, number>>;
  close(): Promise<void>;
}

export interface WorkerProcess extends StartedProcess {
  readonly adminUrl: string;
}

/** A database and a queue of the test's own, for real worker processes to work on. */
export async function openWorkerWorld(): Promise<WorkerWorld> {
  const { url: databaseUrl, drop } = await createDatabase(inject('postgresUrl'));
  const location: QueueLocation = {
    backend: { kind: 'redis', url: inject('redisUrl') },
    prefix: `w${randomUUID().slice(0, 8)}`,
  };
  const fallback: QueueLocation = {
    backend: { kind: 'postgres', url: databaseUrl },
    prefix: location.prefix ?? '',
  };
  await Promise.all([migrateDatabase(databaseUrl), migrateQueue(fallback)]);
  const database = openDatabase({ url: databaseUrl });
  const started: StartedProcess[] = [];
  return {
    databaseUrl,
    database,
    location,
    fallback,
    async start(changes = {}) {
      const port = await freePort();
      const adminUrl = `http://127.0.0.1:${port}`;
      const worker = await startProcess({
        name: 'worker',
        command: process.execPath,
        args: [path.resolve(import.meta.dirname, '../src/main.ts')],
        env: {
          DATABASE_URL: databaseUrl,
          REDIS_URL: location.backend.url,
          QUEUE_PREFIX: location.prefix,
          ADMIN_PORT: String(port),
          LOG_LEVEL: 'warn',
          ...changes,
        },
        readyWhen: { kind: 'http', url: `${adminUrl}/healthz` },
        stopTimeoutMs: 30_000,
      });
      started.push(worker);
      return { ...worker, adminUrl };
    },
    async enqueue(events, where = location) {
      const producer = openProducer({ ...where, timeoutMs: 10_000 });
      const outcomes = await Promise.all(
        events.map(async (event) => await producer.enqueue(event)),
      );
      await producer.close();
      const refused = outcomes.find(({ kind }) => kind !== 'queued');
      if (refused !== undefined) throw new Error(JSON.stringify(refused));
    },
    async states() {
      const groups = await database.prisma.callbackEvent.groupBy({ by: ['state'], _count: true });
      return Object.fromEntries(groups.map(({ state, _count }) => [state, _count]));
    },
    async close() {
      await Promise.all(started.map(async (worker) => await worker.stop()));
      await database.close();
      await drop();
    },
  };
}

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
