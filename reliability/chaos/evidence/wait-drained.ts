import { setTimeout as sleep } from 'node:timers/promises';
import { openBoardQueues } from '@sinch-callbacks/queue';
import { countWaitingTasks } from './handler-rows.ts';
import { countStored } from './stored-events.ts';

export interface DrainOptions {
  readonly redisUrl: string;
  readonly databaseUrl: string;
  readonly acknowledgedKeys: readonly string[];
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}

const pollMs = 250;
const noteMs = 5_000;
/** Longer than it takes to recover a stalled job or task, sweep failed ones and try one of them. */
const stallMs = 180_000;
/** Shorter when no queue holds a job and no task waits, since then no more can arrive. */
const idleStallMs = 15_000;
const openStates = ['wait', 'active', 'delayed', 'prioritized', 'failed'] as const;

/**
 * Waits until no queue in Redis or Postgres holds an unfinished job, replays included, every
 * acknowledged event is stored, and no task of a handler waits.
 * @returns the work that is left after a long stall, or `undefined` when all is done.
 */
export async function waitDrained(options: DrainOptions): Promise<string | undefined> {
  const { signal, onProgress } = options;
  const boards = [
    openBoardQueues({ backend: { kind: 'redis', url: options.redisUrl } }, () => undefined),
    openBoardQueues({ backend: { kind: 'postgres', url: options.databaseUrl } }, () => undefined),
  ];
  const queues = boards.flatMap((board) => board.queues).filter(({ name }) => !isDead(name));
  try {
    let [before, changedAt, notedAt] = ['', performance.now(), performance.now()];
    for (;;) {
      const left = await describeLeft(queues, options);
      if (left.text === '') return undefined;
      const now = performance.now();
      if (left.text !== before) [before, changedAt] = [left.text, now];
      const limitMs = left.isIdle ? idleStallMs : stallMs;
      if (now - changedAt > limitMs) return left.text;
      if (now - notedAt > noteMs) {
        notedAt = now;
        onProgress(`still to be done: ${left.text}`);
      }
      await sleep(pollMs, undefined, { signal });
    }
  } finally {
    for (const board of boards) await board.close();
  }
}

type Queues = ReturnType<typeof openBoardQueues>['queues'];

async function describeLeft(
  queues: Queues,
  { databaseUrl, acknowledgedKeys }: DrainOptions,
): Promise<{ readonly text: string; readonly isIdle: boolean }> {
  const counts = await Promise.all(queues.map((queue) => queue.getJobCounts(...openStates)));
  const left = counts.flatMap((count, index) =>
    Object.entries(count)
      .filter(([, jobs]) => jobs > 0)
      .map(([state, jobs]) => `${jobs} ${state} in ${placeOf(index)} ${queues[index]?.name}`),
  );
  const waiting = await countWaitingTasks(databaseUrl);
  if (waiting > 0) left.push(`${waiting} waiting tasks of handlers`);
  const isIdle = left.length === 0;
  const missing = acknowledgedKeys.length - (await countStored(databaseUrl, acknowledgedKeys));
  if (missing > 0) left.push(`${missing} acknowledged events not stored`);
  return { text: left.join(', '), isIdle };
  function placeOf(index: number): string {
    return index < queues.length / 2 ? 'Redis' : 'Postgres';
  }
}

function isDead(queueName: string): boolean {
  return queueName.endsWith('-dead');
}
