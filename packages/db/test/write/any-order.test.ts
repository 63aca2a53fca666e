import { sized } from '@sinch-callbacks/dev-env/sizes';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { createEventWriter, type EventToWrite, type EventWriter } from '../../src/index.ts';
import { allRows, emptyTables, useMigratedDatabase } from '../support.ts';
import { callbackText, consentText, history, reserialised } from './arbitrary-callbacks.ts';
import { eventsInBothOrders, eventsOf, reorderedHistory } from './reorder-history.ts';

const migrated = useMigratedDatabase();

/** Time to find a small counterexample within the test's own limit. */
const limitMs = sized({ short: 150_000, long: 600_000 });
const shrinkFor = { interruptAfterTimeLimit: limitMs - 10_000, markInterruptAsFailure: true };
const numRuns = sized({ short: 200, long: 1_000 });

const anyHistory = history(callbackText, 12);

async function apply(writer: EventWriter, events: readonly EventToWrite[]): Promise<void> {
  const outcomes = await writer.write(events);
  expect(outcomes.filter(({ kind }) => kind === 'failed')).toEqual([]);
}

/** Returns the rows after these batches alone, one after the other. */
async function rowsAfter(...batches: (readonly EventToWrite[])[]) {
  const { database } = migrated;
  const writer = createEventWriter(database, () => new Date());
  await emptyTables(database);
  for (const batch of batches) await apply(writer, batch);
  return await allRows(database);
}

it.each([
  ['of all families', anyHistory],
  ['of merges and consents', history(consentText, 14)],
])(
  'any order, any repetition and any batching of the same events ends in the same rows: %s',
  async (_, histories) => {
    await fc.assert(
      fc.asyncProperty(reorderedHistory(histories), async (pair) => {
        const { events, reordered } = eventsInBothOrders(pair);
        const expected = await rowsAfter(events);
        expect(await rowsAfter(...reordered)).toEqual(expected);
      }),
      { numRuns, ...shrinkFor },
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
      fc.asyncProperty(reorderedHistory(anyHistory), async (pair) => {
        const { events, reordered } = eventsInBothOrders(pair);
        const expected = await rowsAfter(events);
        await emptyTables(database);
        await Promise.all(
          reordered.map(async (batch, index) => {
            const writer = writers[index % 2];
            if (writer) await apply(writer, batch);
          }),
        );
        expect(await allRows(database)).toEqual(expected);
      }),
      { numRuns, ...shrinkFor },
    );
  },
  limitMs,
);

/** Tables whose rows people count: histories, and not current states. */
const histories = ['message_status', 'channel_event', 'consent_event', 'contact_merge'] as const;

it(
  'a copy in another serialisation adds nothing to any history',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(callbackText, { minLength: 1, maxLength: 8 }), async (texts) => {
        const copies = texts.map((text) => reserialised(JSON.parse(text) as object));
        const once = await rowsAfter(eventsOf([...new Set(texts)]));
        const twice = await rowsAfter(eventsOf([...new Set([...texts, ...copies])]));
        for (const table of histories) {
          expect([table, twice[table]?.length]).toEqual([table, once[table]?.length]);
        }
      }),
      { numRuns: sized({ short: 100, long: 500 }), ...shrinkFor },
    );
  },
  limitMs,
);
