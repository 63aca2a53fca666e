import { sized } from '@sinch-callbacks/testing/sizes';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEventWriter, type EventToWrite } from '../src/index.ts';
import { callbackBody } from './histories.ts';
import {
  allRows,
  emptyTables,
  eventOf,
  type MigratedDatabase,
  openMigratedDatabase,
  toWrite,
} from './support.ts';

let migrated: MigratedDatabase;

beforeAll(async () => {
  migrated = await openMigratedDatabase();
});

afterAll(async () => {
  await migrated.close();
});

/** Time to find a small counterexample within the test's own limit. */
const limitMs = 150_000;
const shrinkFor = { interruptAfterTimeLimit: limitMs - 10_000, markInterruptAsFailure: true };

/** A history, and the same one in another order, with repetitions, cut into batches. */
const twoTellings = fc
  .uniqueArray(callbackBody, { minLength: 2, maxLength: 12, selector: JSON.stringify })
  .chain((bodies) => {
    const events = bodies.map((body, index) =>
      toWrite(eventOf(body, `2026-01-02T03:04:05.${String(100 + index)}Z`)),
    );
    const retold = fc
      .tuple(
        fc.shuffledSubarray(events, { minLength: events.length }),
        fc.array(fc.constantFrom(...events), { maxLength: 6 }),
        fc.array(fc.nat(20), { maxLength: 4 }),
      )
      .map(([shuffled, repeated, cuts]) => cutAt([...shuffled, ...repeated], cuts));
    return fc.tuple(fc.constant(events), retold);
  });

function cutAt(events: readonly EventToWrite[], cuts: readonly number[]): EventToWrite[][] {
  const edges = [0, ...cuts.map((cut) => Math.min(cut, events.length)), events.length];
  const sorted = edges.toSorted((a, b) => a - b);
  return sorted.slice(1).map((end, index) => events.slice(sorted[index], end));
}

it(
  'any order, any repetition and any batching of the same events ends in the same rows',
  async () => {
    const { database } = migrated;
    const writer = createEventWriter(database, () => new Date());
    await fc.assert(
      fc.asyncProperty(twoTellings, async ([events, batches]) => {
        await emptyTables(database);
        await writer.write(events);
        const expected = await allRows(database);
        await emptyTables(database);
        for (const batch of batches) await writer.write(batch);
        expect(await allRows(database)).toEqual(expected);
      }),
      { numRuns: sized({ short: 200, long: 1_000 }), ...shrinkFor },
    );
  },
  limitMs,
);

it(
  'two writers that apply the same events at the same time end in the same rows',
  async () => {
    const { database } = migrated;
    const writers = [1, 2].map(() => createEventWriter(database, () => new Date()));
    await fc.assert(
      fc.asyncProperty(twoTellings, async ([events, batches]) => {
        await emptyTables(database);
        await writers[0]?.write(events);
        const expected = await allRows(database);
        await emptyTables(database);
        await Promise.all(
          batches.map(async (batch, index) => await writers[index % 2]?.write(batch)),
        );
        expect(await allRows(database)).toEqual(expected);
      }),
      { numRuns: sized({ short: 60, long: 300 }), ...shrinkFor },
    );
  },
  limitMs,
);
