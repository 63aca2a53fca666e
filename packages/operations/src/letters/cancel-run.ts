import {
  findDeadLetter,
  isReplayPending,
  keepAttempts,
  listQueuedByRun,
  noteWithdrawn,
} from '@sinch-callbacks/db';
import { type CancelledRun, cancelRunOf } from '../runs/run-of-subject.ts';
import { deadCopyOf, type RunTools } from './letter-result.ts';

export type WithdrawalCounts = Readonly<Record<Withdrawal, number>>;

const pageSize = 500;

/**
 * Stops a run, also one of another process, and withdraws what no worker has begun with. After an
 * interruption, the same call does the rest.
 * @throws DatabaseUnavailableError or QueueUnavailableError.
 */
export async function cancelLetterRun(tools: RunTools): Promise<CancelledRun<WithdrawalCounts>> {
  const { database, runId: id, now } = tools;
  return await cancelRunOf('letters', database, { id, at: now() }, () => withdrawAll(tools));
}

async function withdrawAll(tools: RunTools): Promise<WithdrawalCounts> {
  const counts = { withdrawn: 0, 'in-hand': 0, settled: 0 };
  for (let after: string | undefined; ; ) {
    const keys = await listQueuedByRun(tools.database, tools.runId, { limit: pageSize, after });
    for (const key of keys) counts[await withdrawLetter(tools, key)] += 1;
    if (keys.length < pageSize) return counts;
    after = keys.at(-1);
  }
}

/** `in-hand`: a worker has the job, so it is too late. `settled`: nothing is there to withdraw. */
export type Withdrawal = 'withdrawn' | 'in-hand' | 'settled';

/**
 * Takes a run's replay off the queue again, if no worker has begun with it. The letter is open as
 * before, with the attempts that the job had, and Bull Board shows it again. After a crash
 * anywhere in between, the same command withdraws it.
 */
export async function withdrawLetter(tools: RunTools, key: string): Promise<Withdrawal> {
  const { database, lane, runId, now, redactText } = tools;
  const letter = await findDeadLetter(database, key);
  if (letter === undefined || letter.resolvedAt || letter.runId !== runId) return 'settled';
  const { replays: replay } = letter;
  const state = await lane.find(key, replay);
  if (state.kind === 'queued') {
    await keepAttempts(database, key, state.attempts);
    if (!(await lane.withdraw(key, replay))) return 'in-hand';
  } else {
    // A worker writes to the database before it completes the job, so read the database last.
    const again = await findDeadLetter(database, key);
    if (again === undefined || !isReplayPending(again)) return 'settled';
  }
  await noteWithdrawn(database, { runId, eventKey: key, replay, at: now() });
  await lane.restoreDead(deadCopyOf(letter, redactText));
  return 'withdrawn';
}
