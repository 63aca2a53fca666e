import type { AnswerCount, CallbackProducer } from '@sinch-callbacks/queue';
import type { Counting } from './request-log.ts';

/** Under load, the counts of a second are sent together. */
const pauseMs = 1_000;

/**
 * Counts answers in the queue's Redis, for a worker to show: a process that a platform starts and
 * freezes cannot be scraped. The first count is sent at once, since the process may be frozen for
 * good as soon as it has answered. No request waits for it. Counts that Redis does not take are
 * sent again with the next; one may be counted twice if Redis' reply was lost.
 */
export function shareAnswers(producer: Pick<CallbackProducer, 'addAnswerCounts'>): Counting {
  const counts = new Map<string, AnswerCount>();
  let isPausing = false;

  function add({ count, ...labels }: AnswerCount): void {
    const name = JSON.stringify(labels);
    counts.set(name, { ...labels, count: (counts.get(name)?.count ?? 0) + count });
  }

  async function send(): Promise<void> {
    const sent = [...counts.values()];
    counts.clear();
    isPausing = true;
    const pause = Promise.withResolvers<void>();
    setTimeout(pause.resolve, pauseMs).unref();
    const isTaken = await producer.addAnswerCounts(sent).then(
      () => true,
      () => false,
    );
    await pause.promise;
    isPausing = false;
    if (isTaken && counts.size > 0) void send();
    if (!isTaken) for (const one of sent) add(one);
  }

  return {
    answered({ status, outcome, cause = '' }) {
      add({ status, outcome, cause, count: 1 });
      if (!isPausing) void send();
    },
    fallbackActive: () => undefined,
  };
}
