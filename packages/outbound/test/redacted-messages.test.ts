import { randomUUID } from 'node:crypto';
import { until } from '@sinch-callbacks/dev-env/processes';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sendMessage } from '../src/index.ts';
import { lookUpMessages } from '../src/sending/look-up-messages.ts';
import { settleMessage } from '../src/sending/settle-message.ts';
import { type OutboundFixture, openOutboundFixture } from './support/outbound-fixture.ts';

let fixture: OutboundFixture;
beforeAll(async () => {
  fixture = await openOutboundFixture();
});
afterAll(async () => await fixture.close());

const secret = 'CANARY4111';
const given = (key: string) =>
  ({ key, appId: 'app', to: 'SMS:+15551230001', message: secret }) as const;

async function queue(key: string): Promise<string> {
  const outcome = await sendMessage(fixture.database, given(key));
  if (outcome.kind !== 'queued') throw new Error(outcome.kind);
  return outcome.message.id;
}

const redact = async (id: string) =>
  await fixture.apply({
    app_id: 'app',
    message_redaction: { id, contact_message: { text_message: { text: '{CARD}' } } },
  });

const isGone = async (id: string) => {
  const rows = await fixture.read('SELECT * FROM outbound WHERE id = $1::uuid', [id]);
  expect(rows).toMatchObject([{ state: 'SENT', request: { app_id: 'app' } }]);
  expect(JSON.stringify(rows)).not.toContain(secret);
};

/** Writes what the sender of a message learns. */
const settle = async (id: string, messageId: string) =>
  await settleMessage(
    fixture.database,
    { id, attempts: 1 },
    { state: 'SENT', messageId },
    randomUUID(),
  );

it('an answer that comes after the redaction leaves no text, and its key is still known', async () => {
  const id = await queue('first');
  await redact('01FIRST');
  await settle(id, '01FIRST');
  await isGone(id);
  expect(await sendMessage(fixture.database, given('first'))).toMatchObject({
    kind: 'known',
    message: { id },
  });
});

it('an answer that comes while the redaction is being written waits for it', async () => {
  const id = await queue('meanwhile');
  const writer = await fixture.database.pool.connect();
  // As the writer of callbacks does, which takes this lock before it writes a redaction.
  await writer.query('BEGIN; SELECT pg_advisory_xact_lock(727411901)');
  await writer.query(
    `INSERT INTO message (sinch_message_id, created_at, happened_at, updated_at, redacted_at)
     VALUES ('01MEANWHILE', now(), now(), now(), now())`,
  );
  const settling = settle(id, '01MEANWHILE');
  const waiting = `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
  await until(async () => (await fixture.read(waiting)).length > 0, { what: 'it to wait' });
  // It holds no row meanwhile for which the writer would wait.
  await writer.query('SELECT FROM outbound WHERE id = $1::uuid FOR UPDATE NOWAIT', [id]);
  await writer.query('COMMIT');
  writer.release();
  await settling;
  await isGone(id);
});

it('an uncertain message that is found in the list after its redaction keeps no text', async () => {
  const id = await queue('listed');
  await fixture.read(
    `UPDATE outbound SET state = 'UNCERTAIN', sending_at = now(), look_up_at = now()
     WHERE id = $1::uuid`,
    [id],
  );
  await redact('01LISTED');
  const entry = { id: '01LISTED', metadata: `sc:${id};` };
  const list = async () => ({ messages: [entry], nextPageToken: undefined });
  const api = { messages: { list } } as unknown as Parameters<typeof lookUpMessages>[1];
  expect(await lookUpMessages(fixture.database, api, 'app', ['DISPATCH_SOURCE'])).toBe(1);
  await isGone(id);
});

it('uncertain messages of different days are looked up in different searches', async () => {
  const [old, young] = [await queue('old'), await queue('young')];
  await fixture.read(
    `UPDATE outbound SET state = 'UNCERTAIN', look_up_at = now(),
       sending_at = now() - CASE id WHEN $1::uuid THEN interval '3 days' ELSE interval '0' END
     WHERE id IN ($1::uuid, $2::uuid)`,
    [old, young],
  );
  const spans: number[] = [];
  const list = async ({
    start_time: start,
    end_time: end,
  }: {
    start_time: Date;
    end_time: Date;
  }) => {
    spans.push(end.getTime() - start.getTime());
    return { messages: [], nextPageToken: undefined };
  };
  const api = { messages: { list } } as unknown as Parameters<typeof lookUpMessages>[1];
  for (let search = 0; search < 3; search += 1) {
    await lookUpMessages(fixture.database, api, 'app', ['DISPATCH_SOURCE']);
  }
  expect(spans).toHaveLength(2);
  expect(Math.max(...spans)).toBeLessThan(3_600_000);
});
