import type { AnswerCount, CallbackProducer } from '@sinch-callbacks/queue';
import type { Counting } from './request-log.ts';

/** Under load the counts of a second go together. */
const pauseMs = 1_000;

/**
 * Counts answers beside the queue, for the worker to show: a process that a platform starts and
 * freezes as it likes cannot be scraped. The first goes out at once, since the process may be
 * frozen as soon as it has answered, and for good. Nothing waits for it, and what Redis does not
 * take is kept for the next time; a number may be counted twice where its answer was lost.
 */
export function shareAnswers(producer: Pick<CallbackProducer, 'addAnswerCounts'>): Counting {
  const counts = new Map<string, AnswerCount>();
  let isPausing = false;

  function note({ count, ...labels }: AnswerCount): void {
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
    if (!isTaken) for (const one of sent) note(one);
  }

  return {
    answered({ status, outcome, cause = '' }) {
      note({ status, outcome, cause, count: 1 });
      if (!isPausing) void send();
    },
    fallbackActive: () => undefined,
  };
}
