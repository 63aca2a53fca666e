import { expect, it } from 'vitest';
import { eraseTables } from '../../src/index.ts';
import { useMigratedDatabase } from '../support.ts';
import { beginErasureOfPhone, keys } from './begin-erasure-of-phone.ts';
import { phone } from './person-events.ts';

const migrated = useMigratedDatabase('one-per-test');
const other = '46709990002';

interface Sent {
  readonly key: string;
  readonly state: string;
  readonly to?: string;
  readonly text: string;
}

async function queue(...messages: readonly Sent[]): Promise<void> {
  for (const { key, state, to = other, text } of messages) {
    await migrated.database.pool.query(
      `INSERT INTO outbound (id, app_id, key, lane, identities, content_digest, request, state,
         held_until, look_up_at, settled_at)
       VALUES (gen_random_uuid(), 'A1', $1, 'SMS ' || $2::text, ARRAY[$2::text], '\\x01',
         jsonb_build_object('app_id', 'A1', 'recipient', $2::text, 'text', $3::text),
         $4::outbound_state,
         CASE $4 WHEN 'SENDING' THEN now() END, CASE $4 WHEN 'UNCERTAIN' THEN now() END,
         CASE $4 WHEN 'SENT' THEN now() END)`,
      [key, to, text, state],
    );
  }
}

const read = async () =>
  await migrated.read(
    `SELECT key, lane, array_to_string(identities, ',') AS identities, state,
       encode(content_digest, 'hex') AS digest, request::text AS request,
       settled_at IS NOT NULL AS settled, look_up_at IS NOT NULL AS "looksUp"
     FROM outbound ORDER BY position`,
  );

const theirs = { lane: `SMS ${other}`, identities: other };
const emptied = { digest: '', request: '{"app_id": "A1"}', looksUp: false };

it('a message to someone else that quotes the person loses its request, and keeps its key', async () => {
  const text = 'call +46 70-123 00 01';
  await queue(
    { key: 'waits', state: 'QUEUED', text },
    { key: 'unsure', state: 'UNCERTAIN', text },
    { key: 'sent', state: 'SENT', text },
    { key: `about ${phone}`, state: 'SENT', text: 'tea' },
    { key: 'free', state: 'QUEUED', text: 'tea' },
  );
  await eraseTables(migrated.database, await beginErasureOfPhone(migrated.database), keys);
  expect(await read()).toEqual([
    { ...theirs, ...emptied, key: 'waits', state: 'DISCARDED', settled: true },
    { ...theirs, ...emptied, key: 'unsure', state: 'DISCARDED', settled: true },
    { ...theirs, ...emptied, key: 'sent', state: 'SENT', settled: true },
    expect.objectContaining({
      ...theirs,
      key: expect.stringMatching(/^erased:/),
      state: 'SENT',
      digest: '01',
    }),
    expect.objectContaining({ ...theirs, key: 'free', state: 'QUEUED', digest: '01' }),
  ]);
});

it('a message to the person loses its recipient too', async () => {
  await queue(
    { key: 'k1', state: 'QUEUED', to: phone, text: 'tea' },
    { key: 'k2', state: 'SENT', to: phone, text: 'tea' },
  );
  await eraseTables(migrated.database, await beginErasureOfPhone(migrated.database), keys);
  const own = {
    ...emptied,
    lane: expect.stringMatching(/^erased:/),
    identities: '',
    settled: true,
  };
  expect(await read()).toEqual([
    { ...own, key: 'k1', state: 'DISCARDED' },
    { ...own, key: 'k2', state: 'SENT' },
  ]);
});
