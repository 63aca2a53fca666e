import { sized } from '@sinch-callbacks/dev-env/sizes';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createEventWriter,
  type EventToWrite,
  recordDeadLetter,
  redactOld,
} from '../../src/index.ts';
import { at, inbound } from '../projections/every-order.ts';
import { allRows, emptyTables, eventOf, toWrite, useMigratedDatabase } from '../support.ts';
import { callbackText, consentText, history, reserialised } from '../write/arbitrary-callbacks.ts';
import { eventsOf } from '../write/reorder-history.ts';
import { personalValues } from './redacted-rows.ts';

const migrated = useMigratedDatabase();
const before = new Date('2030-01-01T00:00:00Z');
const batch = 3;

async function write(events: readonly EventToWrite[]): Promise<void> {
  const writer = createEventWriter(migrated.database, () => new Date());
  const outcomes = await writer.write(events);
  expect(outcomes.filter(({ kind }) => kind === 'failed')).toEqual([]);
}

async function empty(): Promise<void> {
  await emptyTables(migrated.database);
  await migrated.read('DELETE FROM redaction');
  await migrated.read('DELETE FROM handler_task');
}

/** A copy in other bytes, which no guard recognises, received after everything was redacted. */
function lateCopy(event: EventToWrite, index: number): EventToWrite[] {
  const { acceptedTime, eventTime } = event.decision.envelope;
  const isOld = [acceptedTime, eventTime].some((time) => time !== undefined && time < '2029');
  const body = JSON.parse(event.event.rawBody.text) as object;
  const copy = { ...body, copy: index };
  return isOld ? [toWrite(eventOf(reserialised(copy), '2031-01-01T00:00:00.000Z'))] : [];
}

const step = fc.constantFrom('event', 'event', 'late copy', 'redaction');

it.each([
  ['of all families', history(callbackText, 10)],
  ['of merges and consents', history(consentText, 10)],
])(
  'any order of old events, redactions and late copies leaves no text and no identity: %s',
  async (_, histories) => {
    await fc.assert(
      fc.asyncProperty(histories, fc.array(step, { maxLength: 30 }), async (texts, steps) => {
        await empty();
        const events = eventsOf(texts);
        const waiting = [...events];
        let redacted = false;
        for (const [index, kind] of steps.entries()) {
          if (kind === 'redaction') {
            await redactOld(migrated.database, before, batch);
            redacted = true;
          } else if (kind === 'event') await write(waiting.splice(0, 1));
          else if (redacted)
            await write(lateCopy(events[index % events.length] as EventToWrite, index));
        }
        await write(waiting);
        await redactOld(migrated.database, before, batch);
        expect(await personalValues(migrated)).toEqual([]);
        await write([...events, ...events.flatMap(lateCopy)]);
        expect(await personalValues(migrated)).toEqual([]);
      }),
      { numRuns: sized({ short: 60, long: 500 }) },
    );
  },
  sized({ short: 200_000, long: 900_000 }),
);
