import type { CallbackEvent } from '@sinch-callbacks/core';
import type { PostgresServer } from '@sinch-callbacks/dev-env/servers';
import { type CpuPerThousand, measureCpu } from '../ground/measure-cpu.ts';
import { openRedis } from '../ground/open-servers.ts';
import { settleDatabase, type TemplateDatabase } from '../ground/template-database.ts';
import { rounded } from '../report/arithmetic.ts';
import {
  type Backlog,
  openBullmqBacklog,
  openGraphileBacklog,
  openPgBossBacklog,
  type Places,
} from './backlog.ts';
import type { ContenderEntry } from './contender-list.ts';
import { type RunningContender, startContender } from './start-contender.ts';
import { untilLeft } from './until-left.ts';
import { type RowCheck, readRows } from './verify-rows.ts';

export interface Field {
  readonly postgres: PostgresServer;
  readonly template: TemplateDatabase;
  readonly events: readonly CallbackEvent[];
  /** So many of them are drained before the clock starts. */
  readonly warmUp: number;
  readonly check: RowCheck;
  readonly logDirectory: string;
  readonly profileDirectory: string | undefined;
}

/** One contender's run of one round. */
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

/** A backlog in a new Redis or a new database, from when its process is warm until the last job is done. */
export async function runContender(entry: ContenderEntry, field: Field): Promise<Drain> {
  const { events } = field;
  await using closing = new AsyncDisposableStack();
  const database = await field.template.copy();
  closing.defer(() => database.drop());
  const redis = await openRedis();
  closing.defer(() => redis.close());
  const places = { databaseUrl: database.url, redisUrl: redis.url };
  const backlog = openers[entry.queue](places);
  closing.defer(() => backlog.close());
  await backlog.fill(events);
  await settleDatabase(database.url);
  const contender = await startContender(entry, {
    ...places,
    events: events.length,
    warmUp: field.warmUp,
    logDirectory: field.logDirectory,
    profileDirectory: field.profileDirectory,
  });
  closing.defer(async () => void (await contender.process.stop()));

  await contender.begin();
  const measured = await warmedUp(entry, contender, backlog, events.length - field.warmUp);
  const startedAt = performance.now();
  const cpu = await measureCpu({
    worker: contender.process.pid,
    redis: redis.process?.pid,
    postgres: field.postgres.process?.pid,
  });
  await drained(entry, contender.handled, backlog);
  const seconds = (performance.now() - startedAt) / 1_000;
  return {
    contender: entry.name,
    seconds: rounded(seconds),
    eventsPerSecond: rounded(measured / seconds),
    cpuPerThousand: await cpu(measured),
    lost: await countLost(entry, field, places, backlog),
  };
}

/** Resolves when the warm-up is over, with how many events are left then. */
async function warmedUp(
  { name }: ContenderEntry,
  { warm }: RunningContender,
  backlog: Backlog,
  toMeasure: number,
): Promise<number> {
  const left = await warm;
  if (left !== undefined) return left;
  const limits = { what: `${name} to be warm`, timeoutMs: drainTimeoutMs };
  return await untilLeft(backlog, toMeasure, limits);
}

async function drained(
  { name }: ContenderEntry,
  handled: Promise<unknown>,
  backlog: Backlog,
): Promise<void> {
  const late = Promise.withResolvers<never>();
  const fail = () => late.reject(new Error(`${name} was not done after ${drainTimeoutMs} ms`));
  const timer = setTimeout(fail, drainTimeoutMs);
  try {
    await Promise.race([handled, late.promise]);
    await untilLeft(backlog, 0, { what: `${name} to be done`, timeoutMs: drainTimeoutMs });
  } finally {
    clearTimeout(timer);
  }
}

async function countLost(
  { name, writesRows }: ContenderEntry,
  { check }: Field,
  { databaseUrl }: Places,
  backlog: Backlog,
): Promise<number> {
  if (!writesRows) return await backlog.left();
  return check.missing(name, await readRows(databaseUrl));
}
