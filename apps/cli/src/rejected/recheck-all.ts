import { type CallbackProducer, type KeptCallback, rejectedBounds } from '@sinch-callbacks/queue';
import { QueueUnavailableError } from '../failure.ts';
import { type Recheck, recheck } from './recheck.ts';
import type { OpenStore } from './with-store.ts';

/** What became of one rejected callback. */
export type Rechecked =
  | { readonly kind: 'queued' | 'would-queue'; readonly eventKey: string }
  | Exclude<Recheck, { readonly kind: 'passes' }>;

export interface RecheckWork {
  readonly store: Pick<OpenStore, 'list' | 'remove'>;
  readonly secrets: readonly string[];
  /** Absent in a dry run, which changes nothing. */
  readonly producer: Pick<CallbackProducer, 'enqueue'> | undefined;
}

const pageSize = 100;

/**
 * Rechecks what is in the store, the oldest first, and hands out what became of each. It looks
 * at no more than the store can hold, so it ends even while forged callbacks keep coming.
 * @throws QueueUnavailableError. Doing it again is always safe.
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
 * Queued first, removed then. A crash in between leaves it in the store, where the next recheck
 * queues it again: under the same event key, which the queue and the database absorb.
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
