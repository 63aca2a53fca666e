import { beginErasure, createErasureKeys, eraseTables, findPerson } from '@sinch-callbacks/db';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { storedKeyOf } from '../src/tasks/stored-key.ts';
import { type HandlerFixture, openHandlerFixture } from './support/handler-fixture.ts';

let fixture: HandlerFixture;

beforeEach(async () => {
  fixture = await openHandlerFixture();
});
afterEach(async () => await fixture.close());

const pieces = [
  'identity:',
  'SMS',
  ':',
  '#',
  '0'.repeat(32),
  '%',
  '46701234567',
  '\n',
  'é',
  'contact:',
];
const anyKey = fc
  .oneof(
    fc
      .array(fc.oneof(fc.constantFrom(...pieces), fc.string()), { maxLength: 6 })
      .map((parts) => parts.join('')),
    fc.string().map((identity) => `identity:SMS:${identity}`),
  )
  .map((key) => key.replaceAll('\0', '').toWellFormed());

describe('the stored key of a task', () => {
  it('is the same in the database and here, and the same once more', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyKey, { minLength: 1, maxLength: 50 }), async (given) => {
        const here = given.map(storedKeyOf);
        const rows = await fixture.read(
          `SELECT stored_task_key(k) AS key FROM jsonb_array_elements_text('${JSON.stringify(given).replaceAll("'", "''")}'::jsonb)
             WITH ORDINALITY AS f(k, place) ORDER BY place`,
        );
        expect(rows.map(({ key }) => key)).toEqual(here);
        expect(here.map(storedKeyOf)).toEqual(here);
      }),
      { numRuns: 40 },
    );
  });

  it('shows no number, keeps ids readable, and tells two people apart', () => {
    expect(storedKeyOf('conversation:01V')).toBe('conversation:01V');
    expect(storedKeyOf('contact:01C')).toBe('contact:01C');
    const [one, other] = ['identity:SMS:46701234567', 'identity:SMS:46701234568'].map(storedKeyOf);
    expect(one).toMatch(/^identity:SMS:#[0-9a-f]{32}$/);
    expect(one).not.toContain('46701234567');
    expect(other).not.toBe(one);
  });

  it('is that of a worker of before too, so that a strict order holds across versions', async () => {
    await fixture.read(
      `INSERT INTO handler_task (position, handler, occurrence, event_digest, event_received_at, trigger, key)
       VALUES (1, 'old', '\\x01', '\\x01', now(), 'MESSAGE_INBOUND', 'identity:SMS:46701234567')`,
    );
    expect(await fixture.read('SELECT key FROM handler_task')).toEqual([
      { key: storedKeyOf('identity:SMS:46701234567') },
    ]);
  });

  it('leads an erasure to the tasks of a person whose number stands nowhere else', async () => {
    const at = [1, 2].map(
      (position) => `(${position}, 'old', '\\x0${position}', '\\x01', now(), 'CAPABILITY',
      'identity:SMS:4670123456${position}', 'it said so', now(), 'DONE')`,
    );
    await fixture.read(
      `INSERT INTO handler_task (position, handler, occurrence, event_digest, event_received_at,
         trigger, key, error_message, settled_at, state) VALUES ${at.join(', ')}`,
    );
    const keys = createErasureKeys('a key for these tests alone, 32 characters');
    const { database } = fixture;
    const { person } = await findPerson(database.pool, { kind: 'phone', value: '+46701234561' });
    const now = new Date();
    const request = { person, typed: [], operator: 'test', at: now, cutoff: now, isForEver: false };
    await eraseTables(database, await beginErasure(database, request, keys), keys);
    expect(
      await fixture.read('SELECT key, error_message FROM handler_task ORDER BY position'),
    ).toEqual([
      { key: null, error_message: null },
      { key: storedKeyOf('identity:SMS:46701234562'), error_message: 'it said so' },
    ]);
  });
});
