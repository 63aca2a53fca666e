import {
  type AppendOnlyFile,
  countInQueue,
  eraseFromQueue,
  type JobsLeft,
  type QueueLocation,
} from '@sinch-callbacks/queue';
import type { QueuesErased } from './erase-person.ts';

type Matches = (text: string) => boolean;

/** A file that exists, and is not known to be rewritten. */
export type StaleFile = Exclude<AppendOnlyFile, { kind: 'no-redis' | 'off' | 'rewritten' }>;

export interface QueueErasureCalls {
  /** How long it waits, at each server, for jobs that are not applied yet; a minute when absent. */
  readonly waitMs?: number;
  /** Called where an append-only file of Redis may still hold the person. */
  readonly onFile: (file: StaleFile) => void;
  /** Called where jobs still hold the person. */
  readonly onLeft?: (left: JobsLeft) => void;
}

/** Returns a job's body as it is: the worker that applies it asks the list of erased people. */
const keepsBody = () => undefined;
const ignore = () => undefined;

/**
 * Erases a person from queues, one after the other. The fallback is the first of them, since copies
 * move from it to the queue. A job that waits keeps its body until a worker has applied it.
 */
export async function eraseQueues(
  locations: readonly QueueLocation[],
  matches: Matches,
  { waitMs, onFile, onLeft = ignore }: QueueErasureCalls,
): Promise<QueuesErased> {
  const counts: Record<string, number> = {};
  const files: AppendOnlyFile[] = [];
  let isComplete = true;
  const limits = waitMs === undefined ? {} : { jobsMs: waitMs };
  for (const location of locations) {
    const erased = await eraseFromQueue(location, matches, keepsBody, ignore, limits);
    addCounts(counts, erased.counts);
    if (erased.kind === 'jobs-left') {
      isComplete = false;
      onLeft(erased.left);
    }
    const { file } = erased;
    if (file.kind !== 'no-redis') files.push(file);
    if (mayHold(file)) onFile(file);
  }
  return { counts, isComplete, files };
}

function mayHold(file: AppendOnlyFile): file is StaleFile {
  return file.kind !== 'no-redis' && file.kind !== 'off' && file.kind !== 'rewritten';
}

/** Counts what {@link eraseQueues} would find now, by place. Changes nothing. */
export async function countQueues(
  locations: readonly QueueLocation[],
  matches: Matches,
): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const location of locations) {
    const found = await countInQueue(location, matches, keepsBody);
    addCounts(counts, { ...found.counts, ...found.left });
  }
  return counts;
}

function addCounts(counts: Record<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [place, count] of Object.entries(more)) {
    const name = `queue.${place}`;
    counts[name] = (counts[name] ?? 0) + count;
  }
}
