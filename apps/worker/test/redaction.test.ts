import { type CallbackEvent, eventKey, recognise } from '@sinch-callbacks/core';
import { until } from '@sinch-callbacks/dev-env/processes';
import { queryRows, redisKeysWith } from '@sinch-callbacks/dev-env/servers';
import { openReplayLane } from '@sinch-callbacks/queue';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openWorkerFixture, soon, type WorkerFixture } from './support/worker-fixture.ts';

let fixture: WorkerFixture;

beforeEach(async () => {
  fixture = await openWorkerFixture();
});

afterEach(async () => {
  await fixture.close();
});

const secret = 'CANARY4111222233334444';
const timings = { board: { everyMs: 500 }, queue: { quarantineIntervalMs: 500 } };

it('after a redaction its text is in no queue and in no table, wherever it was on its way', async () => {
  const { prisma } = fixture.database;
  // Errors that quote the text, of an analysis that dies of them.
  await prisma.$executeRawUnsafe(`
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'refused: %', NEW.results::text; END $$`);
  await prisma.$executeRawUnsafe(`
    CREATE TRIGGER refuse BEFORE INSERT ON message_analysis FOR EACH ROW
    WHEN (NEW.results IS NOT NULL) EXECUTE FUNCTION refuse()`);
  const worker = await fixture.start({}, { timings });
  await fixture.enqueue([inbound('01M', 1)]);
  const letters = [analysis('01M', 1), analysis('01M', 2)];
  await fixture.enqueue(letters.slice(0, 1));
  await fixture.enqueue(letters.slice(1), fixture.fallback);
  await until(async () => (await fixture.states())['DEAD'] === 2, soon('two letters'));
  const board = openReplayLane(fixture.location);
  await until(
    async () => (await Promise.all(letters.map(({ key }) => board.hasDead(key)))).every(Boolean),
    soon('both to show'),
  );
  await worker.stop();

  // Copies of the original that wait on both queues, before and behind the redaction.
  const waiting = [inbound('01M', 2), redaction('01M'), inbound('01M', 3)];
  for (const event of waiting) await fixture.enqueue([event]);
  await fixture.enqueue([inbound('01M', 4)], fixture.fallback);
  expect(await whereItStands()).not.toEqual([]);
  await fixture.start({}, { timings });
  await until(async () => (await fixture.states())['APPLIED'] === 5, soon('all to be applied'));
  await until(
    async () => !(await Promise.all(letters.map(({ key }) => board.hasDead(key)))).some(Boolean),
    soon('the letters to leave'),
  );
  await board.close();
  await until(async () => (await whereItStands()).length === 0, soon('nothing left'));
  const rows = await prisma.message.findMany({ select: { text: true } });
  expect(rows).toEqual([{ text: '{CARD}' }]);
});

/** An original, each with other bytes. */
function inbound(id: string, copy: number): CallbackEvent {
  return eventOf({ app_id: '01APP', accepted_time: at(copy), message: messageOf(id, secret) });
}

function redaction(id: string): CallbackEvent {
  const original = { original_text: secret };
  const message = { ...messageOf(id, '{CARD}'), ...original };
  return eventOf({ app_id: '01APP', accepted_time: at(9), message_redaction: message });
}

function analysis(id: string, copy: number): CallbackEvent {
  const smart_conversation_notification = {
    message_id: id,
    analysis_results: { ml_sentiment_result: [{ message: secret }] },
  };
  return eventOf({ app_id: '01APP', event_time: at(copy), smart_conversation_notification });
}

function messageOf(id: string, text: string) {
  const contact_message = { text_message: { text } };
  return { id, direction: 'TO_APP', contact_id: '01C', contact_message, accept_time: at(0) };
}

const at = (second: number) => `2026-01-02T03:04:0${second}Z`;

function eventOf(body: object): CallbackEvent {
  const text = JSON.stringify(body);
  const recognition = recognise(text);
  if (recognition.kind !== 'known') throw new Error(`not known: ${text}`);
  const { trigger, entityId } = recognition;
  return {
    key: eventKey(trigger, entityId, Buffer.from(text)),
    trigger,
    entityId,
    rawBody: { encoding: 'utf8', text },
    receivedAt: new Date().toISOString(),
    signature: undefined,
  };
}

/** The keys and tables that hold the text. */
async function whereItStands(): Promise<string[]> {
  const keys = await redisKeysWith(
    fixture.location.backend.url,
    `*${fixture.location.prefix}*`,
    secret,
  );
  return [...keys, ...(await tablesWithIt())];
}

async function tablesWithIt(): Promise<string[]> {
  const tables = await queryRows<{ name: string }>(
    fixture.databaseUrl,
    `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
     WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await queryRows<{ count: number }>(
      fixture.databaseUrl,
      `SELECT count(*)::integer AS count FROM ${name} AS t WHERE t::text LIKE '%${secret}%'`,
    );
    if ((rows[0]?.count ?? 0) > 0) found.push(name);
  }
  return found;
}
