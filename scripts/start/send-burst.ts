import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { queryRows } from '@sinch-callbacks/dev-env/servers';
import {
  type Burst,
  burst,
  createSender,
  type SendReport,
  sendAll,
} from '@sinch-callbacks/simulator';

export interface BurstTarget {
  readonly webhookUrl: string;
  readonly databaseUrl: string;
  readonly webhookSecret: string;
  readonly messages: number;
  readonly signal: AbortSignal;
}

/** The result of the burst, counted from the events of this run only. */
export interface BurstResult {
  readonly burst: Burst;
  readonly report: SendReport;
  readonly applied: number;
  readonly unhandled: number;
  readonly dead: number;
  /** Events that are in no row. It must be 0. */
  readonly lost: number;
  readonly messages: number;
  /** Messages whose last status is not the expected one. */
  readonly wrongStatuses: number;
  readonly sendSeconds: number;
  readonly applySeconds: number;
}

const concurrency = 16;
const settleTimeoutMs = 90_000;
const pollMs = 100;

/** Sends a burst of signed callbacks, waits until every event is applied or dead, and counts. */
export async function sendBurst(
  target: BurstTarget,
  onProgress: (text: string) => void,
): Promise<BurstResult> {
  const seed = `${Date.now()}-${randomBytes(4).toString('hex')}`;
  const planned = burst({ seed, messages: target.messages, startAt: new Date() });
  const sender = createSender({ url: target.webhookUrl, secret: target.webhookSecret });

  const startedAt = performance.now();
  const report = await sendAll(sender, planned.callbacks, {
    concurrency,
    signal: target.signal,
    onProgress: ({ sent }) => onProgress(`${sent} of ${planned.expected.callbacks} sent`),
  });
  const sentAt = performance.now();
  const events = await waitUntilSettled(planned, target, onProgress);
  return {
    burst: planned,
    report,
    ...events,
    ...(await checkMessages(planned, target.databaseUrl)),
    sendSeconds: (sentAt - startedAt) / 1000,
    applySeconds: (performance.now() - startedAt) / 1000,
  };
}

interface EventCounts {
  readonly applied: number;
  readonly unhandled: number;
  readonly dead: number;
  readonly lost: number;
}

/** Waits until no event is missing, or until the time is up: what is missing then is lost. */
async function waitUntilSettled(
  planned: Burst,
  { databaseUrl, signal }: BurstTarget,
  onProgress: (text: string) => void,
): Promise<EventCounts> {
  const deadline = performance.now() + settleTimeoutMs;
  const { uniqueEvents } = planned.expected;
  for (;;) {
    const counts = await countEvents(planned, databaseUrl);
    onProgress(`${uniqueEvents - counts.lost} of ${uniqueEvents} events settled`);
    if (counts.lost === 0 || performance.now() > deadline || signal.aborted) return counts;
    await sleep(pollMs);
  }
}

async function countEvents(planned: Burst, databaseUrl: string): Promise<EventCounts> {
  const rows = await queryRows<{ state: string; count: string }>(
    databaseUrl,
    `SELECT state::text, count(*) FROM callback_event
     WHERE event_digest = ANY(ARRAY(SELECT decode(d, 'hex') FROM unnest($1::text[]) AS d))
     GROUP BY state`,
    [
      [...planned.appliedKeys, ...planned.deadKeys].map((key) =>
        key.slice(key.lastIndexOf('.') + 1),
      ),
    ],
  );
  const counts = new Map(rows.map(({ state, count }) => [state, Number(count)]));
  const applied = counts.get('APPLIED') ?? 0;
  const unhandled = counts.get('UNHANDLED') ?? 0;
  const dead = counts.get('DEAD') ?? 0;
  const lost = planned.expected.uniqueEvents - applied - unhandled - dead;
  return { applied, unhandled, dead, lost };
}

async function checkMessages(
  planned: Burst,
  databaseUrl: string,
): Promise<{ messages: number; wrongStatuses: number }> {
  const rows = await queryRows<{ id: string; status: string | null }>(
    databaseUrl,
    `SELECT sinch_message_id AS id, status FROM message WHERE sinch_message_id = ANY($1)`,
    [planned.messageIds],
  );
  const statuses = new Map(rows.map(({ id, status }) => [id, status]));
  const wrong = [...planned.finalStatuses].filter(([id, status]) => statuses.get(id) !== status);
  return { messages: rows.length, wrongStatuses: wrong.length };
}
