import { setTimeout as sleep } from 'node:timers/promises';
import { queryRows } from '@sinch-callbacks/dev-env/servers';
import type { SinchTruth } from '@sinch-callbacks/simulator/api';

export interface SettleOptions {
  readonly databaseUrl: string;
  readonly sinchUrl: string;
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}

const pollMs = 250;
const noteMs = 5_000;
/** Longer than a sender pauses after several refusals, and than a lost sender's hold lasts. */
const stallMs = 120_000;
const truthTimeoutMs = 10_000;

/**
 * Waits until no message waits or is being sent, and Sinch has delivered their callbacks.
 * @returns the work that is left after a long stall, or `undefined` when all is done.
 */
export async function waitSettled(options: SettleOptions): Promise<string | undefined> {
  const { signal, onProgress } = options;
  let [before, changedAt, notedAt] = ['', performance.now(), performance.now()];
  for (;;) {
    const left = await describeLeft(options);
    if (left === '') return undefined;
    const now = performance.now();
    if (left !== before) [before, changedAt] = [left, now];
    if (now - changedAt > stallMs) return left;
    if (now - notedAt > noteMs) {
      notedAt = now;
      onProgress(`still to be done: ${left}`);
    }
    await sleep(pollMs, undefined, { signal });
  }
}

async function describeLeft({ databaseUrl, sinchUrl }: SettleOptions): Promise<string> {
  const rows = await queryRows<{ state: string; count: number }>(
    databaseUrl,
    `SELECT state::text, count(*)::int AS count FROM outbound
     WHERE state IN ('QUEUED', 'SENDING') GROUP BY state ORDER BY state`,
  );
  const left = rows.map(({ state, count }) => `${count} ${state} messages`);
  const { pending } = await readTruth(sinchUrl);
  if (pending > 0) left.push(`${pending} reports of sent messages`);
  return left.join(', ');
}

/** Reads what really happened from the simulated Sinch. */
export async function readTruth(sinchUrl: string): Promise<SinchTruth> {
  const signal = AbortSignal.timeout(truthTimeoutMs);
  const answer = await fetch(`${sinchUrl}/_truth`, { signal });
  return (await answer.json()) as SinchTruth;
}
