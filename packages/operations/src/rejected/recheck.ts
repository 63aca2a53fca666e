import { type CallbackEvent, receive } from '@sinch-callbacks/core';
import {
  type CallbackProducer,
  type KeptCallback,
  QueueUnavailableError,
  type RejectedStore,
  rejectedBounds,
  whileQueueAvailable,
} from '@sinch-callbacks/queue';

/** The result for one rejected callback. */
export type Rechecked =
  | { readonly kind: 'queued' | 'would-queue'; readonly eventKey: string }
  | Exclude<Recheck, { readonly kind: 'passes' }>;

/** The verdict on a rejected callback's signature. */
export type Recheck =
  /** One of the secrets signed it: this is the event that ingest would have queued. */
  | { readonly kind: 'passes'; readonly event: CallbackEvent }
  | { readonly kind: 'still-rejected'; readonly cause: string }
  /** Its body was too long to keep, so nothing can be verified. */
  | { readonly kind: 'without-body' };

export interface RecheckWork {
  readonly store: Pick<RejectedCalls, 'list' | 'remove'>;
  readonly secrets: readonly string[];
  /** Absent in a dry run, which changes nothing. */
  readonly producer: Pick<CallbackProducer, 'enqueue'> | undefined;
}

const pageSize = 100;

/**
 * Verifies the stored callbacks again, the oldest first, and yields the result of each. It reads
 * no more than the store can hold, so it ends even while forged callbacks keep coming. Repeating
 * it is always safe.
 * @throws QueueUnavailableError.
 */
export async function* recheckAll(
  work: RecheckWork,
): AsyncGenerator<readonly [KeptCallback, Rechecked], void> {
  let seen = 0;
  let after: string | undefined;
  while (seen < rejectedBounds.maxEntries) {
    const page = await work.store.list({ limit: pageSize, after });
    for (const kept of page) yield [kept, await recheckOne(kept, work)];
    if (page.length < pageSize) return;
    seen += page.length;
    after = page.at(-1)?.id;
  }
}

/**
 * Queues a callback that passes, then removes it. After a crash in between, the next recheck queues
 * it again under the same event key, which the queue and the database absorb.
 */
async function recheckOne(kept: KeptCallback, work: RecheckWork): Promise<Rechecked> {
  const verdict = recheck(kept, work.secrets);
  if (verdict.kind !== 'passes') return verdict;
  const { event } = verdict;
  if (work.producer === undefined) return { kind: 'would-queue', eventKey: event.key };
  const outcome = await work.producer.enqueue(event);
  if (outcome.kind === 'unavailable') throw new QueueUnavailableError(outcome.reason);
  await work.store.remove(kept.id);
  return { kind: 'queued', eventKey: event.key };
}

/**
 * Verifies a rejected callback by its signature alone. Its age is not checked: it waited in the
 * store, and a timestamp in the future came while a clock was wrong.
 */
export function recheck(kept: KeptCallback, secrets: readonly string[]): Recheck {
  const { rawBody, headers, receivedAt } = kept;
  if (rawBody === undefined) return { kind: 'without-body' };
  const byName: Readonly<Record<string, string>> = headers;
  const request = { rawBody, receivedAt, readHeader: (name: string) => byName[name] };
  const outcome = receive(request, {
    secrets,
    timestampToleranceSeconds: Number.POSITIVE_INFINITY,
    replayPolicy: 'absorb',
  });
  switch (outcome.kind) {
    case 'verified':
      return { kind: 'passes', event: outcome.event };
    case 'rejected':
      return { kind: 'still-rejected', cause: outcome.cause };
    case 'unconfigured':
      return { kind: 'still-rejected', cause: 'no secret' };
  }
}

/** The calls of operators on the store of rejected callbacks. */
export type RejectedCalls = Pick<RejectedStore, 'list' | 'find' | 'remove' | 'count'>;

/** Wraps a store, so that a call which the server does not answer is a QueueUnavailableError. */
export function rejectedCalls(store: RejectedStore): RejectedCalls {
  return {
    list: async (page) => await whileQueueAvailable(() => store.list(page)),
    find: async (id) => await whileQueueAvailable(() => store.find(id)),
    remove: async (id) => await whileQueueAvailable(() => store.remove(id)),
    count: async () => await whileQueueAvailable(() => store.count()),
  };
}
