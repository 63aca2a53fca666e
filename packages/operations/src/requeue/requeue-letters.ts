import {
  type Database,
  type DeadLetter,
  findDeadLetter,
  isReplayPending,
  listDeadLetters,
} from '@sinch-callbacks/db';
import { deadCopyOf, type LetterTools } from '../letters/letter-result.ts';
import { ensureReplayQueued } from '../letters/replay-letter.ts';

/** The result for one open letter. In a dry run, the result that it would have. */
export type Requeued =
  | 'replay-requeued'
  | 'replay-there'
  | 'copy-restored'
  | 'copy-there'
  /** It was closed in the meantime. */
  | 'settled';

export interface RequeueTools extends LetterTools {
  /** Reads only. */
  readonly isDryRun: boolean;
}

const pageSize = 500;

/**
 * Puts back on the queues what belongs to open letters, after the queue lost its data: the jobs of
 * replays that are under way, and the copies that Bull Board shows. Jobs and copies that exist
 * stay as they are, so repeating it is always safe.
 * @throws DatabaseUnavailableError or QueueUnavailableError.
 */
export async function requeueLetters(
  tools: RequeueTools,
): Promise<Readonly<Record<Requeued, number>>> {
  const counts: Record<Requeued, number> = {
    'replay-requeued': 0,
    'replay-there': 0,
    'copy-restored': 0,
    'copy-there': 0,
    settled: 0,
  };
  for await (const key of openKeys(tools.database)) counts[await requeueLetter(tools, key)] += 1;
  return counts;
}

async function* openKeys(database: Database): AsyncGenerator<string, void> {
  for (let after: string | undefined; ; ) {
    const page = await listDeadLetters(database, {}, { limit: pageSize, after });
    for (const { eventKey } of page) yield eventKey;
    if (page.length < pageSize) return;
    after = page.at(-1)?.eventKey;
  }
}

async function requeueLetter(tools: RequeueTools, eventKey: string): Promise<Requeued> {
  const letter = await findDeadLetter(tools.database, eventKey);
  if (letter === undefined || letter.resolvedAt !== undefined) return 'settled';
  return isReplayPending(letter)
    ? await requeueReplay(tools, letter)
    : await restoreCopy(tools, letter);
}

async function requeueReplay(tools: RequeueTools, letter: DeadLetter): Promise<Requeued> {
  if (tools.isDryRun) {
    const state = await tools.lane.find(letter.eventKey, letter.replays);
    return state.kind === 'queued' ? 'replay-there' : 'replay-requeued';
  }
  switch (await ensureReplayQueued(tools, letter)) {
    case 'queued':
      return 'replay-requeued';
    case 'there':
      return 'replay-there';
    case 'settled':
      return 'settled';
  }
}

async function restoreCopy(tools: RequeueTools, letter: DeadLetter): Promise<Requeued> {
  const { database, lane, isDryRun, redactText } = tools;
  if (await lane.hasDead(letter.eventKey)) return 'copy-there';
  if (isDryRun) return 'copy-restored';
  await lane.restoreDead(deadCopyOf(letter, redactText));
  // A replay or discard in between has looked for the copy before the copy was restored.
  const now = await findDeadLetter(database, letter.eventKey);
  if (now === undefined || now.resolvedAt !== undefined || now.replays !== letter.replays) {
    await lane.removeDead(letter.eventKey);
    return 'settled';
  }
  return 'copy-restored';
}
