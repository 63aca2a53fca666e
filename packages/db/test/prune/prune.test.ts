import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countPrunable, createEventWriter, findMessage, pruneBatch } from '../../src/index.ts';
import { allRows, emptyTables, eventOf, toWrite, useMigratedDatabase } from '../support.ts';

const migrated = useMigratedDatabase('one-emptied');

const dayMs = 86_400_000;
/** Before the first partition of a week, so that rows go one by one. */
const now = new Date('2020-11-23T18:00:00Z');
const daysAgo = (days: number) => new Date(now.getTime() - days * dayMs);

interface Row {
  readonly key: string;
  readonly state: 'APPLIED' | 'UNHANDLED' | 'DEAD';
  readonly receivedDaysAgo: number;
  readonly appliedDaysAgo: number;
  readonly letter:
    | { readonly resolution: string | undefined; readonly resolvedDaysAgo: number }
    | undefined;
}

const age = fc.integer({ min: 0, max: 200 });
const states = fc.constantFrom('APPLIED' as const, 'UNHANDLED' as const, 'DEAD' as const);
const letters = fc.option(
  fc.record({
    resolution: fc.constantFrom(undefined, undefined, 'APPLIED', 'DISCARDED', 'REDACTED'),
    resolvedDaysAgo: age,
  }),
  { nil: undefined },
);
/**
 * Rows in all combinations, also in those that should not occur, such as an open letter of an
 * applied event.
 */
const history = fc
  .array(fc.record({ state: states, receivedDaysAgo: age, appliedDaysAgo: age, letter: letters }), {
    minLength: 1,
    maxLength: 25,
  })
  .map((rows) => rows.map((row, index): Row => ({ ...row, key: digestOf(index) })));

/** Bytes in hexadecimal digits: in the order of the numbers. */
const digestOf = (index: number) => index.toString(16).padStart(32, '0');

/** States the rule: the rows that stay after a prune. */
function stays(row: Row, cutoffDays: number): { event: boolean; letter: boolean } {
  const { state, letter } = row;
  const isLetterOld = letter?.resolution !== undefined && letter.resolvedDaysAgo > cutoffDays;
  const hasLetter = letter !== undefined && !isLetterOld;
  const isAppliedLongAgo =
    state === 'APPLIED' && row.receivedDaysAgo > cutoffDays && row.appliedDaysAgo > cutoffDays;
  const goes = !hasLetter && (isAppliedLongAgo || (state === 'DEAD' && isLetterOld));
  return { event: !goes, letter: hasLetter };
}

describe('pruning', () => {
  it('whatever the ages and states, never touches an open letter, its event or an unhandled one', async () => {
    const { database } = migrated;
    const batches = fc.integer({ min: 1, max: 4 });
    await fc.assert(
      fc.asyncProperty(history, age, batches, async (rows, cutoffDays, batchSize) => {
        await emptyTables(database);
        await insert(rows);
        const cutoff = daysAgo(cutoffDays);
        const foretold = await countPrunable(database, cutoff);
        const removed = await pruneAll(cutoff, batchSize);
        expect(removed).toEqual(foretold);

        const [events, kept] = await keysLeft();
        for (const { key, state, letter } of rows) {
          if (state === 'UNHANDLED') expect(events).toContain(key);
          if (letter && letter.resolution === undefined) {
            expect(events).toContain(key);
            expect(kept).toContain(key);
          }
        }
        const staying = (what: 'event' | 'letter') =>
          rows.filter((row) => stays(row, cutoffDays)[what]).map(({ key }) => key);
        expect(events).toEqual(staying('event').toSorted());
        expect(kept).toEqual(staying('letter').toSorted());
      }),
      { numRuns: 60 },
    );
  });

  it('leaves every row that events have made, and a message with all its reports', async () => {
    const { database } = migrated;
    const receivedAt = daysAgo(100).toISOString();
    const report = (status: string) =>
      eventOf({ message_delivery_report: { message_id: '01OLD', status } }, receivedAt);
    const writer = createEventWriter(database, () => daysAgo(100));
    await writer.write([report('DELIVERED'), report('READ')].map(toWrite));
    const before = await allRows(database);
    expect(await pruneAll(now, 1)).toEqual({ events: 2, deadLetters: 0 });
    expect(await allRows(database)).toEqual({ ...before, callback_event: [] });
    const found = await findMessage(database, '01OLD');
    expect(found).toMatchObject({ status: 'READ', reports: [{}, {}] });
  });

  it('waits for no lock: rows that another session holds stay until the next time', async () => {
    const { database } = migrated;
    const old = { state: 'APPLIED', receivedDaysAgo: 100, appliedDaysAgo: 100 } as const;
    const [held, free] = [digestOf(1), digestOf(2)];
    await insert([
      { ...old, key: held, letter: undefined },
      { ...old, key: free, letter: undefined },
    ]);
    await database.prisma.$transaction(async (tx) => {
      await tx.$queryRaw`
        SELECT 1 FROM callback_event WHERE event_digest = decode(${held}, 'hex') FOR UPDATE`;
      expect(await pruneAll(daysAgo(50), 10)).toEqual({ events: 1, deadLetters: 0 });
    });
    expect(await keysLeft()).toEqual([[held], []]);
    expect(await pruneAll(daysAgo(50), 10)).toEqual({ events: 1, deadLetters: 0 });
  });
});

async function pruneAll(cutoff: Date, batchSize: number) {
  const removed = { events: 0, deadLetters: 0 };
  for (;;) {
    const { events, deadLetters } = await pruneBatch(migrated.database, cutoff, batchSize);
    if (events + deadLetters === 0) return removed;
    removed.events += events;
    removed.deadLetters += deadLetters;
  }
}

async function keysLeft(): Promise<[events: string[], letters: string[]]> {
  const rows = await allRows(migrated.database);
  const keys = (table: string) =>
    (rows[table] ?? [])
      .map((row) => String(Reflect.get(Object(row), 'event_digest')).slice('\\x'.length))
      .toSorted();
  return [keys('callback_event'), keys('dead_letter')];
}

async function insert(rows: readonly Row[]): Promise<void> {
  const { prisma } = migrated.database;
  const bytes = (key: string) => Buffer.from(key, 'hex');
  await prisma.eventGuard.createMany({
    data: rows.map((row) => ({
      eventDigest: bytes(row.key),
      receivedAt: daysAgo(row.receivedDaysAgo),
    })),
  });
  await prisma.callbackEvent.createMany({
    data: rows.map((row) => ({
      eventDigest: bytes(row.key),
      kept: row.state !== 'APPLIED',
      trigger: 'MESSAGE_DELIVERY',
      state: row.state,
      receivedAt: daysAgo(row.receivedDaysAgo),
      appliedAt: row.state === 'APPLIED' ? daysAgo(row.appliedDaysAgo) : null,
      attempts: 1,
      rawBody: 'x',
    })),
  });
  await prisma.deadLetter.createMany({
    data: rows.flatMap(({ key, letter }) => {
      if (letter === undefined) return [];
      const { resolution, resolvedDaysAgo } = letter;
      const at = daysAgo(resolvedDaysAgo);
      const resolved = resolution === undefined ? {} : { resolution, resolvedAt: at };
      const death = {
        errorClass: 'permanent',
        errorMessage: 'x',
        attempts: [],
        fingerprint: '0'.repeat(12),
      };
      const trigger = 'MESSAGE_DELIVERY';
      const eventDigest = bytes(key);
      return [{ eventDigest, trigger, ...death, firstFailedAt: at, deadAt: at, ...resolved }];
    }),
  });
}
