import {
  createErasureKeys,
  MissingErasureKeyError,
  WrongErasureKeyError,
} from '@sinch-callbacks/db';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findOptOuts, requireErasureKeys } from '../src/queue/find-opt-outs.ts';
import { type OutboundFixture, openOutboundFixture } from './support/outbound-fixture.ts';

let fixture: OutboundFixture;
beforeAll(async () => {
  fixture = await openOutboundFixture();
});
afterAll(async () => await fixture.close());

const keys = createErasureKeys('a key for these tests alone, 32 characters');
const phone = '15551239901';
const request = {
  app_id: '01APP',
  recipient: {
    identified_by: { channel_identities: [{ channel: 'SMS', identity: `+${phone}` }] },
  },
};

async function consent(effect: 'IN' | 'OUT', identity: string, at: string): Promise<void> {
  await fixture.database.pool.query(
    `INSERT INTO consent_event (consent_key, app_id, contact_id, channel, identity, kind, effect,
       order_at, received_at, event_digest, created_at, updated_at)
     VALUES (decode(md5(random()::text), 'hex'), '01APP', 'C-erased', 'SMS', $1, $2, $3, $4, $4,
       '\\x01', $4, $4)`,
    [identity, `OPT_${effect}`, effect, at],
  );
}

it('an opt-out of an erased person holds, until the same number opts in again', async () => {
  const find = async () => {
    const found = await findOptOuts(fixture.database.prisma, request, keys);
    return found.map(({ channel }) => channel);
  };
  await consent('OUT', keys.erasedSpelling(phone), '2026-01-01T00:00:00Z');
  expect(await find()).toEqual(['SMS']);
  await consent('IN', phone, '2026-02-01T00:00:00Z');
  expect(await find()).toEqual([]);
  await consent('OUT', phone, '2026-03-01T00:00:00Z');
  expect(await find()).toEqual(['SMS']);
});

it('without the same key no consent is judged once anyone was erased', async () => {
  const { prisma, pool } = fixture.database;
  await expect(requireErasureKeys(prisma, undefined)).resolves.toBeUndefined();
  await pool.query(
    `INSERT INTO erasure (id, requested_at, cutoff, state, for_ever, operator)
     VALUES (gen_random_uuid(), now(), now(), 'DONE', false, 'test')`,
  );
  await expect(requireErasureKeys(prisma, undefined)).rejects.toThrow(MissingErasureKeyError);
  await pool.query('UPDATE erasure SET key_id = $1', [keys.keyId]);
  await expect(requireErasureKeys(prisma, keys)).resolves.toBeUndefined();
  const others = createErasureKeys('another key for these tests, 32 characters');
  await expect(requireErasureKeys(prisma, others)).rejects.toThrow(WrongErasureKeyError);
});
