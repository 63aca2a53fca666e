import { until } from '@sinch-callbacks/dev-env/processes';
import { queryRows, redisKeys } from '@sinch-callbacks/dev-env/servers';
import type { Target } from './open-target.ts';
import { digestOf } from './requests/generate-request.ts';

/** Everything that is stored after a campaign. */
export interface StoredState {
  /** Events in Postgres by state. */
  readonly states: Readonly<Record<string, number>>;
  /** Acknowledged events that are not in Postgres in time. */
  readonly lost: readonly string[];
  /** Events in Postgres or Redis that were never signed. */
  readonly unverified: readonly string[];
  readonly rejectedEntries: number;
  readonly rejectedBytes: number;
  /** Names of Redis keys that belong to no queue, no event and not to the rejected callbacks. */
  readonly strangeKeys: readonly string[];
  readonly redisKeys: number;
}

const drainTimeoutMs = 300_000;

/** Waits until every acknowledged event is finished, then reads everything that is stored. */
export async function readStoredState(
  { databaseUrl, redisUrl }: Target,
  acknowledged: ReadonlySet<string>,
  signed: ReadonlySet<string>,
): Promise<StoredState> {
  const ended = async () => {
    const rows = await readEndedEvents(databaseUrl);
    const digests = new Set(rows.map(({ event_key }) => digestOfKey(event_key)));
    return { rows, lost: [...acknowledged].filter((digest) => !digests.has(digest)) };
  };
  await until(async () => (await ended()).lost.length === 0, {
    what: 'every acknowledged event to be finished',
    timeoutMs: drainTimeoutMs,
    intervalMs: 500,
  }).catch(() => undefined);
  const { rows, lost } = await ended();
  const keys = await redisKeys(redisUrl);
  const names = keys.map(({ name }) => name.slice(name.indexOf(':') + 1));
  const ofEvents = names.flatMap((name) => eventKeyIn(name) ?? []);
  const sizeOf = (tail: string) => keys.find(({ name }) => name.endsWith(tail));
  return {
    states: countBy(rows.map(({ state }) => state)),
    lost,
    unverified: [...rows.map(({ event_key }) => event_key), ...ofEvents].filter(
      (key) => !signed.has(digestOfKey(key)),
    ),
    rejectedEntries: sizeOf('-rejected:entries')?.size ?? 0,
    rejectedBytes: Number(sizeOf('-rejected:bytes')?.text ?? 0),
    strangeKeys: names.filter((name) => eventKeyIn(name) === undefined && !ownName.test(name)),
    redisKeys: keys.length,
  };
}

/** Matches keys of queues and of the store for rejected callbacks. */
const ownName =
  /^sinch-callbacks(-replay|-dead)?:(id|meta|events|marker|wait|active|completed|failed|delayed|prioritized|pc|limiter|stalled|stalled-check|paused|health|answers)$|^sinch-callbacks-rejected:(order|entries|bytes)$/;

/** Finds the event key in `sinch-callbacks:TRIGGER.entity.digest` and in BullMQ's job keys. */
function eventKeyIn(name: string): string | undefined {
  return /^sinch-callbacks(?:-replay|-dead)?:([A-Z_]+\.[\w-]+\.[0-9a-f]{32})(?:[:.].*)?$/.exec(
    name,
  )?.[1];
}

function digestOfKey(key: string): string {
  return key.slice(key.lastIndexOf('.') + 1);
}

async function readEndedEvents(databaseUrl: string) {
  return await queryRows<{ event_key: string; state: string }>(
    databaseUrl,
    `SELECT event_key(e) AS event_key, state::text FROM callback_event AS e
     WHERE state IN ('APPLIED', 'UNHANDLED', 'DEAD')`,
  );
}

function countBy(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

export const digestsOf = (bodies: readonly string[]) =>
  bodies.map((body) => digestOf(Buffer.from(body)));
