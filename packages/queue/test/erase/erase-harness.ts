import { randomUUID } from 'node:crypto';
import {
  type CallbackEvent,
  encodeRawBody,
  eventKey,
  matchesOf,
  rawBodyBytes,
  rawBodyText,
} from '@sinch-callbacks/core';
import { queryRows } from '@sinch-callbacks/dev-env/servers';
import { UnrecoverableError } from 'bullmq';
import { Redis } from 'ioredis';
import {
  ignoreError,
  type JobQueue,
  openQueue,
  openWorker,
} from '../../src/connection/queue-backend.ts';
import { jobDataOf, jobIdOf } from '../../src/contract/job-contract.ts';
import {
  type ErasureRules,
  eraseFromQueue,
  openRejectedStore,
  openReplayLane,
  type QueueLocation,
  queueNames,
  redactJson,
} from '../../src/index.ts';

const name = 'Åsa Lindqvist-Öberg';
const words = 'the blue bicycle is sold';
const person = { numbers: ['46701234567'], texts: [name, words] };
export const matches = matchesOf(person);

/** The person's number as bodies, people and encoders write it. */
const spellings = [
  '46701234567',
  '+46701234567',
  '0046701234567',
  '+46 70-123 45 67',
  '+46 (0)70 123 45 67',
  encodeURIComponent('+46701234567'),
  '%34%36701234567',
];

/** Redacts every text that names the person; a body that is no JSON becomes empty. */
export const redact: ErasureRules['redact'] = (body) => {
  const text = redactJson(rawBodyText(body), matches);
  return encodeRawBody(Buffer.from(text));
};

export async function erase(location: QueueLocation, jobsMs = 30_000) {
  return await eraseFromQueue(location, matches, redact, () => undefined, { jobsMs });
}

let made = 0;

function eventOfBody(rawBody: Uint8Array): CallbackEvent {
  made += 1;
  const entityId = `01J${made}`;
  return {
    key: eventKey('MESSAGE_INBOUND', entityId, rawBody),
    trigger: 'MESSAGE_INBOUND',
    entityId,
    rawBody: encodeRawBody(rawBody),
    receivedAt: '2026-01-02T03:04:05.678Z',
    signature: { timestampSeconds: 1, nonce: randomUUID(), secretPosition: 0, isStale: false },
  };
}

const bodyOf = (identity: string, text: string) =>
  JSON.stringify({
    message: { id: randomUUID(), text, channel_identity: { channel: 'SMS', identity } },
    metadata: JSON.stringify({ sender: text }),
  });

/** Events about the person, in every spelling and encoding that a body may have. */
export function eventsOfPerson(): CallbackEvent[] {
  const bodies = spellings.map((spelling) => bodyOf(spelling, 'hello'));
  const escaped = bodyOf('4670123456\u0037', words).replaceAll(/[7s]/g, asEscape);
  const whole = [...bodies, bodyOf('', `of ${name}: ${words}`), escaped].map((body) =>
    Buffer.from(body),
  );
  const noText = Buffer.concat([Buffer.from(bodyOf('+46701234567', name)), Buffer.from([0, 0xff])]);
  return [...whole, noText].map(eventOfBody);
}

function asEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Events about others, whose numbers and words are nearly the person's. */
export function eventsOfOthers(): CallbackEvent[] {
  return [
    bodyOf('46701234568', 'the blue bicycle is not sold'),
    bodyOf('467012345678', 'Åsa Lindqvist'),
    bodyOf('146701234567', ''),
    '{ "spaced" : 1e3, "text":"plain \\u0041" }',
  ].map((body) => eventOfBody(Buffer.from(body)));
}

/** Queues and servers that a test fills; it closes them. */
export interface Filler {
  readonly location: QueueLocation;
  open(queue: string, partition?: number): JobQueue;
  close(): Promise<void>;
}

export function openFiller(location: QueueLocation): Filler {
  const opened: JobQueue[] = [];
  return {
    location,
    open(queue, partition = 0) {
      const one = openQueue({ ...location, partition }, queue, { kind: 'wait' }, ignoreError);
      opened.push(one);
      return one;
    },
    async close() {
      await Promise.all(opened.map(async (queue) => await queue.close()));
    },
  };
}

const later = { attempts: 3, backoff: { type: 'fixed', delay: 3_600_000 } };

export async function addWaiting(queue: JobQueue, event: CallbackEvent, replay = 0) {
  const jobId = jobIdOf(event.key, replay);
  await queue.add(event.trigger, jobDataOf(event, replay), { ...later, jobId });
}

/**
 * Adds jobs about the person in every state and place but waiting, with everything that BullMQ
 * writes beside a job: reasons, stacks, results, logs, progress and events.
 */
export async function fillPlaces(filler: Filler): Promise<void> {
  const { location } = filler;
  const live = filler.open(queueNames.live);
  const quote = `cannot read "+46 70 123 45 67" of ${name}: ${words}`;

  const fates = ['retried', 'failed', 'finished'] as const;
  const fateOf = new Map<string, (typeof fates)[number]>();
  for (const fate of fates) {
    const [event] = eventsOfPerson();
    if (event === undefined) throw new Error('there are events of the person');
    fateOf.set(event.key, fate);
    await addWaiting(live, event);
    const job = await live.getJob(event.key);
    await job?.log(quote);
    await job?.updateProgress({ quote });
    await job?.updateData({
      ...jobDataOf(event, 0),
      attempts: [{ replay: 0, attempt: 1, at: '', errorClass: 'transient', message: quote }],
    });
  }
  const ended = Promise.withResolvers<void>();
  let ends = 0;
  const end = () => void ((ends += 1) === fates.length && ended.resolve());
  const worker = openWorker(
    location,
    queueNames.live,
    async ({ id = '' }) => {
      await Promise.resolve();
      const fate = fateOf.get(id);
      if (fate === 'failed') throw new UnrecoverableError(quote);
      if (fate === 'retried') throw new Error(quote);
    },
    {},
    ignoreError,
  );
  worker.on('completed', end).on('failed', end);
  void worker.run();
  await ended.promise;
  await worker.close();

  const dead = filler.open(queueNames.dead);
  const [letter] = eventsOfPerson();
  const facts = { key: letter?.key, message: quote, attempts: [{ message: quote }] };
  await dead.add('MESSAGE_INBOUND', facts as never, { jobId: letter?.key ?? '' });

  const replays = openReplayLane(location);
  for (const event of eventsOfPerson()) await replays.replay(event, 1);
  await replays.close();

  const timeoutMs = 20_000;
  const store = openRejectedStore(location, { timeoutMs });
  const cause = 'signature-mismatch';
  const other = Buffer.from('of another person');
  await store.keep({ rawBody: other, headers: {}, cause, receivedAt: new Date() });
  // Too old to be shown, and not dropped yet.
  const longAgo = new Date('2026-01-01');
  const aged = openRejectedStore(location, { timeoutMs, now: () => longAgo });
  for (const { rawBody } of eventsOfPerson()) {
    const bytes = rawBodyBytes(rawBody);
    await store.keep({ rawBody: bytes, headers: {}, cause, receivedAt: new Date() });
  }
  for (const { rawBody } of eventsOfPerson()) {
    const bytes = rawBodyBytes(rawBody);
    await aged.keep({ rawBody: bytes, headers: {}, cause, receivedAt: longAgo });
  }
  await Promise.all([store.close(), aged.close()]);
}

/** Reads every value of every type from a Redis, with its key. */
export async function readRedis(url: string, prefix: string): Promise<Map<string, string>> {
  const redis = new Redis(url);
  try {
    const values = new Map<string, string>();
    const keys = (await redis.keys('*')).filter((key) => key.startsWith(`{${prefix}`));
    for (const key of keys.toSorted()) {
      values.set(key, JSON.stringify(await valueOf(redis, key, await redis.type(key))));
    }
    return values;
  } finally {
    redis.disconnect();
  }
}

async function valueOf(redis: Redis, key: string, type: string): Promise<unknown> {
  switch (type) {
    case 'hash':
      return Object.entries(await redis.hgetall(key)).toSorted(([one], [other]) =>
        one < other ? -1 : 1,
      );
    case 'list':
      return await redis.lrange(key, 0, -1);
    case 'set':
      return await redis.smembers(key);
    case 'zset':
      return await redis.zrange(key, '0', '-1', 'WITHSCORES');
    case 'stream':
      return await redis.xrange(key, '-', '+');
    default:
      return await redis.get(key);
  }
}

/** Reads every row of every table of a queue's schema, as a dump has them. */
export async function readTables(url: string, schema: string): Promise<Map<string, string>> {
  const tables = await queryRows(
    url,
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = '${schema}'`,
  );
  const rows = new Map<string, string>();
  for (const { name: table } of tables) {
    const found = await queryRows(
      url,
      `SELECT t::text AS text FROM ${schema}.${table} AS t ORDER BY 1`,
    );
    for (const { text } of found) rows.set(`${String(table)} ${rows.size}`, String(text));
  }
  return rows;
}

/** Finds the values that name the person, by a search of their own. */
export function hits(values: ReadonlyMap<string, string>): string[] {
  return [...values].filter(([, text]) => matches(text) || isPlainIn(text)).map(([key]) => key);
}

const plain = ['70 123 45 67', '70-123 45 67', name, words];

/** Searches for what the person's bodies hold in the clear. */
export function isPlainIn(text: string): boolean {
  return /(?<!\d)46701234567(?!\d)/.test(text) || plain.some((needle) => text.includes(needle));
}
