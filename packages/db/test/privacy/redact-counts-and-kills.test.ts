import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { sized } from '@sinch-callbacks/dev-env/sizes';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { countRedactable, createEventWriter, redactOld } from '../../src/index.ts';
import { allRows, emptyTables, useMigratedDatabase } from '../support.ts';
import { callbackText, consentText, history } from '../write/arbitrary-callbacks.ts';
import { eventsOf } from '../write/reorder-history.ts';
import { personalValues } from './redacted-rows.ts';

const migrated = useMigratedDatabase();
const before = new Date('2026-02-01T00:00:00Z');
const batch = 3;

async function fill(texts: readonly string[]): Promise<void> {
  await emptyTables(migrated.database);
  await migrated.read('DELETE FROM redaction');
  const outcomes = await createEventWriter(migrated.database, () => new Date()).write(
    eventsOf(texts),
  );
  expect(outcomes.filter(({ kind }) => kind === 'failed')).toEqual([]);
}

it.each([
  ['of all families', history(callbackText, 10)],
  ['of merges and consents', history(consentText, 10)],
])(
  'a dry run of a redaction counts what it then does, and changes nothing: %s',
  async (_, texts) => {
    await fc.assert(
      fc.asyncProperty(texts, async (given) => {
        await fill(given);
        const rows = await allRows(migrated.database);
        const counted = await countRedactable(migrated.database, before);
        expect(await allRows(migrated.database)).toEqual(rows);
        expect(await redactOld(migrated.database, before, batch)).toEqual(counted);
        const left = await countRedactable(migrated.database, before);
        expect(Object.values(left).filter((count) => count > 0)).toEqual([]);
      }),
      { numRuns: sized({ short: 25, long: 300 }) },
    );
  },
);

const redactor = fileURLToPath(new URL('redact-and-die.ts', import.meta.url));

it('killed at any point, a redaction leaves what the same call then ends', async () => {
  const texts = fc.sample(callbackText, 40);
  await fill(texts);
  let kills = 0;
  for (let batches = 1; batches <= sized({ short: 6, long: 40 }); batches += 1) {
    const child = fork(redactor, [String(batches), String(batches % 3), migrated.url]);
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    if (signal === 'SIGKILL') kills += 1;
    else expect(code).toBe(0);
  }
  expect(kills).toBeGreaterThan(0);
  await redactOld(migrated.database, before, batch);
  expect(await personalValues(migrated)).toEqual([]);
});
