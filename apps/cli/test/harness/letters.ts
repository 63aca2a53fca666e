import {
  type CallbackEvent,
  decideEvent,
  digestOfEventKey,
  encodeRawBody,
  eventKey,
} from '@sinch-callbacks/core';
import { createEventWriter, recordDeadLetter } from '@sinch-callbacks/db';
import { until } from '@sinch-callbacks/dev-env/processes';
import { type HandleOutcome, openConsumer, openProducer } from '@sinch-callbacks/queue';
import type { CliHarness } from './cli-harness.ts';

/** A delivery report about this message. */
export function reportOf(messageId: string, appId = '01APP'): CallbackEvent {
  const body = Buffer.from(
    JSON.stringify({
      app_id: appId,
      message_delivery_report: {
        message_id: messageId,
        status: 'DELIVERED',
        contact_id: '01PERSON',
      },
    }),
  );
  return {
    key: eventKey('MESSAGE_DELIVERY', messageId, body),
    trigger: 'MESSAGE_DELIVERY',
    entityId: messageId,
    rawBody: encodeRawBody(body),
    receivedAt: '2026-11-23T18:00:00.000Z',
    signature: undefined,
  };
}

/** Makes events dead letters with the queue's own consumer, as a worker does, in both writes. */
export async function recordLetters(
  cli: CliHarness,
  events: readonly CallbackEvent[],
  deadAt = new Date(),
): Promise<void> {
  const producer = openProducer({ ...cli.location, timeoutMs: 10_000 });
  for (const event of events) await producer.enqueue(event);
  await producer.close();
  const failed: HandleOutcome = {
    kind: 'failed',
    failureClass: 'permanent',
    message: 'refused by the test\n\u001B[2J',
    stack: 'Error: refused by the test\n    at nowhere',
  };
  const work = consume(cli, 'live', async () => failed, deadAt);
  const keys = new Set(events.map(({ key }) => key));
  await until(
    async () => (await cli.jobIds('dead')).filter((id) => keys.has(id)).length === keys.size,
    {
      what: 'the letters to be recorded',
    },
  );
  await work.close();
}

/** Consumes a lane as a worker does; `apply` writes the event's rows. */
export function consume(
  { location, database }: CliHarness,
  lane: 'live' | 'replay',
  handle: (event: CallbackEvent, apply: () => Promise<HandleOutcome>) => Promise<HandleOutcome>,
  deadAt = new Date(),
): { close(): Promise<void> } {
  const writer = createEventWriter(database, () => new Date());
  const apply = async (event: CallbackEvent): Promise<HandleOutcome> => {
    const decision = decideEvent(event);
    if (decision.kind === 'refuse') throw new Error(decision.reason);
    await writer.write([{ event, decision, attempts: 1 }]);
    return { kind: 'done' };
  };
  const consumer = openConsumer({
    ...location,
    lane,
    concurrency: 5,
    handle: async (event) => await handle(event, async () => await apply(event)),
    recordLetter: async ({ event, replay, cause, message, stack, attempts }) => {
      const reason = { errorClass: cause, errorMessage: message, stack, attempts };
      await recordDeadLetter(database, { event, replay, ...reason, deadAt });
      return 'recorded';
    },
    report: () => undefined,
    now: () => new Date(),
    onConnectionError: () => undefined,
  });
  const started = consumer.start();
  return {
    async close() {
      await started;
      await consumer.stopTaking();
      await consumer.close();
    },
  };
}

/** Inserts open letters of delivery reports into the database, without a queue. */
export async function insertLetters({ database }: CliHarness, count: number): Promise<void> {
  const events = Array.from({ length: count }, (_, n) => reportOf(`01MANY${n}`));
  await database.prisma.$executeRawUnsafe(
    `WITH e AS (
       SELECT decode(digest, 'hex') AS digest, id, body
       FROM unnest($1::text[], $2::text[], $3::text[]) AS f(digest, id, body)
     ), guard AS (
       INSERT INTO event_guard (event_digest, received_at) SELECT digest, now() FROM e
     )
     INSERT INTO callback_event
       (event_digest, kept, trigger, entity_id, app_id, received_at, state, attempts, raw_body)
     SELECT digest, true, 'MESSAGE_DELIVERY', id, '01APP', now(), 'DEAD', 1, body FROM e`,
    events.map(({ key }) => digestOfEventKey(key)),
    events.map(({ entityId }) => entityId),
    events.map(({ rawBody }) => rawBody.text),
  );
  await database.prisma.$executeRawUnsafe(`
    INSERT INTO dead_letter (event_digest, trigger, entity_id, app_id, error_class, error_message,
      attempts, first_failed_at, dead_at, fingerprint)
    SELECT event_digest, trigger, entity_id, app_id, 'permanent', 'not JSON',
      '[{"replay":0,"attempt":1,"at":"2026-11-23T18:00:00.000Z","errorClass":"permanent","message":"x"}]',
      now(), now(), '000000000000' FROM callback_event
      WHERE event_digest NOT IN (SELECT event_digest FROM dead_letter) AND state = 'DEAD'`);
}
