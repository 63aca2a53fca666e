import { sized } from '@sinch-callbacks/dev-env/sizes';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { createEventWriter } from '../../src/index.ts';
import { emptyTables, useMigratedDatabase } from '../support.ts';
import { consentText, history } from '../write/arbitrary-callbacks.ts';
import { eventsOf } from '../write/reorder-history.ts';
import { type Consent, readConsents } from './consent-model.ts';

const migrated = useMigratedDatabase();

const limitMs = sized({ short: 150_000, long: 600_000 });
const shrinkFor = { interruptAfterTimeLimit: limitMs - 10_000, markInterruptAsFailure: true };

const select = `
SELECT app_id, channel, identity, contact_id, state,
  to_char(since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS since
FROM consent_current`;

async function read(where = '', values: readonly string[] = []): Promise<Consent[]> {
  const { rows } = await migrated.database.pool.query<Consent>(select + where, [...values]);
  return sorted(rows);
}

it(
  'whatever the opt-ins, opt-outs and merges, the view follows the rules and can be queried by identity and by contact',
  async () => {
    const { database } = migrated;
    const writer = createEventWriter(database, () => new Date());
    await fc.assert(
      fc.asyncProperty(history(consentText, 14), async (texts) => {
        const events = eventsOf(texts);
        await emptyTables(database);
        await writer.write(events);
        const expected = sorted(readConsents(events));
        expect(await read()).toEqual(expected);
        const [one] = expected;
        if (one === undefined) return;
        const about = (name: 'identity' | 'contact_id', value: string | null) =>
          expected.filter((row) => row[name] === value);
        if (one.identity !== null) {
          const found = await read(' WHERE identity = $1', [one.identity]);
          expect(found).toEqual(about('identity', one.identity));
        }
        if (one.contact_id !== null) {
          const found = await read(' WHERE contact_id = $1', [one.contact_id]);
          expect(found).toEqual(about('contact_id', one.contact_id));
        }
      }),
      { numRuns: sized({ short: 200, long: 1_000 }), ...shrinkFor },
    );
  },
  limitMs,
);

function sorted(rows: readonly Consent[]): Consent[] {
  return rows
    .map(({ app_id, channel, identity, contact_id, state, since }) => ({
      app_id,
      channel,
      identity,
      contact_id,
      state,
      since,
    }))
    .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
