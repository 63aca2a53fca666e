import type { CallbackEvent } from '@sinch-callbacks/core';
import { type PostgresServer, queryRows } from '@sinch-callbacks/dev-env/servers';
import { type CpuPerThousand, measureCpu } from '../measure/measure-cpu.ts';
import { openRedis, type TemplateDatabase, vacuumAndCheckpoint } from '../measure/open-servers.ts';
import { rounded } from '../report/arithmetic.ts';
import {
  type Backlog,
  openBullmqBacklog,
  openGraphileBacklog,
  openPgBossBacklog,
  type ServerUrls,
  waitUntilLeft,
} from './backlog.ts';
import { type RunningContender, startContender, type WorkerContender } from './start-contender.ts';

export interface DrainSetup {
  readonly postgres: PostgresServer;
  readonly template: TemplateDatabase;
  readonly events: readonly CallbackEvent[];
  /** The number of events drained before the clock starts. */
  readonly warmUp: number;
  readonly check: RowCheck;
  readonly logDirectory: string;
  readonly profileDirectory: string | undefined;
}

/** Result of one contender's run in one round. */
export interface Drain {
  readonly contender: string;
  readonly seconds: number;
  readonly eventsPerSecond: number;
  readonly cpuPerThousand: CpuPerThousand;
  readonly lost: number;
}

const drainTimeoutMs = 15 * 60_000;
const openers = {
  bullmq: openBullmqBacklog,
  'pg-boss': openPgBossBacklog,
  'graphile-worker': openGraphileBacklog,
} as const;

/** Drains a backlog in a new Redis and database; measured from warm until the last job is done. */
export async function runContender(entry: WorkerContender, setup: DrainSetup): Promise<Drain> {
  const { events } = setup;
  await using closing = new AsyncDisposableStack();
  const database = await setup.template.copy();
  closing.defer(() => database.drop());
  const redis = await openRedis();
  closing.defer(() => redis.close());
  const urls = { databaseUrl: database.url, redisUrl: redis.url };
  const backlog = openers[entry.queue](urls);
  closing.defer(() => backlog.close());
  await backlog.fill(events);
  await vacuumAndCheckpoint(database.url);
  const contender = await startContender(entry, {
    ...urls,
    events: events.length,
    warmUp: setup.warmUp,
    logDirectory: setup.logDirectory,
    profileDirectory: setup.profileDirectory,
  });
  closing.defer(async () => void (await contender.process.stop()));

  await contender.begin();
  const measured = await warmedUp(entry, contender, backlog, events.length - setup.warmUp);
  const startedAt = performance.now();
  const cpu = await measureCpu({
    worker: contender.process.pid,
    redis: redis.process?.pid,
    postgres: setup.postgres.process?.pid,
  });
  await drained(entry, contender.handled, backlog);
  const seconds = (performance.now() - startedAt) / 1_000;
  return {
    contender: entry.name,
    seconds: rounded(seconds),
    eventsPerSecond: rounded(measured / seconds),
    cpuPerThousand: await cpu(measured),
    lost: await countLost(entry, setup, urls, backlog),
  };
}

/** Resolves when the warm-up is over, with the number of events left. */
async function warmedUp(
  { name }: WorkerContender,
  { warm }: RunningContender,
  backlog: Backlog,
  toMeasure: number,
): Promise<number> {
  const left = await warm;
  if (left !== undefined) return left;
  const limits = { what: `${name} to be warm`, timeoutMs: drainTimeoutMs };
  return await waitUntilLeft(backlog, toMeasure, limits);
}

async function drained(
  { name }: WorkerContender,
  handled: Promise<unknown>,
  backlog: Backlog,
): Promise<void> {
  const late = Promise.withResolvers<never>();
  const fail = () => late.reject(new Error(`${name} was not done after ${drainTimeoutMs} ms`));
  const timer = setTimeout(fail, drainTimeoutMs);
  try {
    await Promise.race([handled, late.promise]);
    await waitUntilLeft(backlog, 0, { what: `${name} to be done`, timeoutMs: drainTimeoutMs });
  } finally {
    clearTimeout(timer);
  }
}

async function countLost(
  { name, writesRows }: WorkerContender,
  { check }: DrainSetup,
  { databaseUrl }: ServerUrls,
  backlog: Backlog,
): Promise<number> {
  if (!writesRows) return await backlog.left();
  return check.missing(name, await readRows(databaseUrl));
}

interface WrittenRows {
  readonly events: number;
  readonly messages: number;
  readonly reports: number;
  /**
   * Digest of every event, report, and message with its status. Messages that have switched channel
   * are left out: only our worker computes their status from the channels.
   */
  readonly digest: string;
}

const digests = `SELECT
  (SELECT count(*)::integer FROM callback_event WHERE state = 'APPLIED') AS events,
  (SELECT count(*)::integer FROM message) AS messages,
  (SELECT count(*)::integer FROM message_status) AS reports,
  md5(concat_ws(' ',
    (SELECT md5(string_agg(event_digest::text, ' ' ORDER BY event_digest)) FROM callback_event),
    (SELECT md5(string_agg(concat_ws(' ', event_digest, sinch_message_id, status), ','
      ORDER BY event_digest)) FROM message_status),
    (SELECT md5(string_agg(concat_ws(' ', sinch_message_id, status, status_rank, content), ','
      ORDER BY sinch_message_id)) FROM message AS m WHERE NOT EXISTS (
        SELECT FROM message_status AS s
        WHERE s.sinch_message_id = m.sinch_message_id AND s.status = 'SWITCHING_CHANNEL'
      )))) AS digest`;

/** Reads the rows that a contender has written. */
async function readRows(databaseUrl: string): Promise<WrittenRows> {
  const [row] = await queryRows<WrittenRows & Record<string, unknown>>(databaseUrl, digests);
  if (row === undefined) throw new Error('Postgres counted nothing');
  return row;
}

/** Comparison of each contender's rows with those of the first. */
interface RowCheck {
  /**
   * Returns how many rows are missing.
   * @throws when none is missing and they differ: then the rates are not comparable.
   */
  missing(contender: string, rows: WrittenRows): number;
}

export function createRowCheck(expected: { events: number; reports: number }): RowCheck {
  let first: { contender: string; digest: string } | undefined;
  return {
    missing(contender, { events, reports, digest }) {
      const missing = expected.events - events + (expected.reports - reports);
      if (missing !== 0) return missing;
      first ??= { contender, digest };
      if (first.digest === digest) return 0;
      throw new Error(`${contender} and ${first.contender} have written different rows`);
    },
  };
}
