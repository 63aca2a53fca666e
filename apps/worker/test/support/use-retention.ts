import type { WorkerConfig } from '@sinch-callbacks/config';
import { type Database, runExclusively } from '@sinch-callbacks/db';
import { until } from '@sinch-callbacks/dev-env/processes';
import type { EraseContact } from '@sinch-callbacks/operations';
import { createLogger } from '@sinch-callbacks/telemetry';
import { createMetrics } from '@sinch-callbacks/telemetry/metrics';
import { beforeEach, onTestFinished } from 'vitest';
import { defaultRetentionTimings, keepRetained } from '../../src/upkeep/keep-retained.ts';
import { openWorkerFixture, soon, type WorkerFixture } from './worker-fixture.ts';

/** Letters in several batches, and messages in several blocks. */
export const letterCount = 3_500;
export const retentionEnv = {
  RETENTION_DAYS: '30',
  GUARD_DAYS: '60',
  RETENTION_PROJECTIONS_DAYS: 'message:90',
};
export const retentionTimings = {
  ...defaultRetentionTimings,
  lookMs: 200,
  againMs: 200,
  pauseMs: 10,
};

/** The open letter stays, with its event and its guard. */
export const atTheEnd = { events: 1, letters: 1, guards: 1, messages: 0, runs: 1 };

export const keepContacts = { policy: 'keep', graceDays: 30 } as const;
export const retention = {
  eventDays: 30,
  guardDays: 60,
  tableDays: { message: 90 },
  redactAfterDays: undefined,
};

interface KeepOptions {
  readonly isBehind?: () => Promise<boolean>;
  readonly pauseMs?: number;
  readonly now?: () => Date;
  readonly databaseUrl?: string;
  readonly contactDelete?: WorkerConfig['contactDelete'];
  readonly openEraser?: (database: Database) => EraseContact;
}

interface Line extends Readonly<Record<string, unknown>> {
  readonly msg: string;
  readonly outcome?: string;
}

/** A database of old rows for each test, and the schedule's keeper on it. */
export function useRetention() {
  let fixture: WorkerFixture | undefined;
  beforeEach(async () => {
    const mine = await openWorkerFixture();
    fixture = mine;
    return async () => await mine.close();
  });
  const use = () => {
    if (fixture === undefined) throw new Error('the database is open only during a test');
    return fixture;
  };

  /** Old letters that were discarded with their events, one that is open, and an old message. */
  async function insertOld(): Promise<void> {
    const sql = `
      WITH e AS (
        SELECT decode(md5(n::text), 'hex') AS digest, n, now() - interval '400 days' AS at
        FROM generate_series(0, ${letterCount}) AS n
      ), guard AS (
        INSERT INTO event_guard (event_digest, received_at) SELECT digest, at FROM e
      ), event AS (
        INSERT INTO callback_event
          (event_digest, kept, trigger, entity_id, received_at, state, attempts, raw_body)
        SELECT digest, true, 'MESSAGE_DELIVERY', n::text, at, 'DEAD', 1, '{}' FROM e
      ), message AS (
        INSERT INTO message (sinch_message_id, created_at, happened_at, updated_at)
        SELECT n::text, at, at, at FROM e
      )
      INSERT INTO dead_letter (event_digest, trigger, error_class, error_message, attempts,
        first_failed_at, dead_at, resolved_at, resolution, fingerprint)
      SELECT digest, 'MESSAGE_DELIVERY', 'permanent', 'x', '[]', at, at,
        CASE WHEN n > 0 THEN at END, CASE WHEN n > 0 THEN 'DISCARDED' END, '000000000000' FROM e`;
    await use().database.pool.query(sql);
  }

  async function counts(): Promise<Record<string, number>> {
    const { rows } = await use().database.pool.query<Record<string, number>>(`
      SELECT (SELECT count(*) FROM callback_event)::integer AS events,
        (SELECT count(*) FROM dead_letter)::integer AS letters,
        (SELECT count(*) FROM event_guard)::integer AS guards,
        (SELECT count(*) FROM message)::integer AS messages,
        (SELECT count(*) FROM retention_run)::integer AS runs`);
    return rows[0] ?? {};
  }

  /** Runs the schedule in this process, until the test has ended. */
  function keep({
    isBehind = async () => false,
    pauseMs = retentionTimings.pauseMs,
    now = () => new Date(),
    databaseUrl = use().databaseUrl,
    contactDelete = keepContacts,
    openEraser,
  }: KeepOptions = {}) {
    const lines: Line[] = [];
    const destination = { write: (line: string) => lines.push(JSON.parse(line)) };
    const logger = createLogger({ name: 'worker', level: 'info', destination });
    const keeper = keepRetained(
      { databaseUrl, retention, contactDelete },
      isBehind,
      { logger, metrics: createMetrics() },
      { ...retentionTimings, pauseMs },
      now,
      openEraser,
    );
    if (keeper === undefined) throw new Error('nothing to do');
    onTestFinished(async () => await keeper.stop());
    const outcomes = () => lines.flatMap(({ outcome }) => outcome ?? []);
    return {
      keeper,
      lines: () => lines,
      outcomes,
      ends: async (as: string) =>
        await until(() => outcomes().includes(as), soon(`a run that is ${as}`)),
    };
  }

  const hasBegun = async () => ((await counts())['letters'] ?? 0) <= letterCount - 500;
  const isFree = async () =>
    (await runExclusively(use().database, 'retention', async () => 'mine')).kind === 'done';

  return {
    get fixture() {
      return use();
    },
    insertOld,
    counts,
    keep,
    hasBegun,
    isFree,
  };
}
