import type { QueuesErased } from '@sinch-callbacks/operations';
import {
  countInQueue,
  eraseFromQueue,
  type JobsLeft,
  type QueueErasure,
  type QueueLocation,
} from '@sinch-callbacks/queue';
import { counted } from '../terminal/format.ts';
import type { Settings } from './read-settings.ts';

type Matches = (text: string) => boolean;
type QueueSettings = Pick<Settings, 'queue' | 'fallbackQueue' | 'queuePrefix'>;

/** Returns a job's body as it is: the worker that applies it asks the list of erased people. */
const keepsBody = () => undefined;
const ignore = () => undefined;

/**
 * Erases a person from the queue, and from the fallback where there is one, which goes first: copies
 * move from it to the queue. A job that waits keeps its body until a worker has applied it.
 * @param waitMs how long it waits for such jobs, at each server.
 * @param note is called with lines for people.
 */
export async function eraseQueues(
  settings: QueueSettings,
  matches: Matches,
  waitMs: number,
  note: (line: string) => void,
): Promise<QueuesErased> {
  const counts: Record<string, number> = {};
  let isComplete = true;
  for (const location of locationsOf(settings)) {
    const erased = await eraseFromQueue(location, matches, keepsBody, ignore, { jobsMs: waitMs });
    addCounts(counts, erased.counts);
    if (erased.kind === 'jobs-left') {
      isComplete = false;
      note(leftNote(erased.left));
    }
    const line = fileNote(erased);
    if (line !== undefined) note(line);
  }
  return { counts, isComplete };
}

/** Counts what {@link eraseQueues} would find now, by place. Changes nothing. */
export async function countQueues(
  settings: QueueSettings,
  matches: Matches,
): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const location of locationsOf(settings)) {
    const found = await countInQueue(location, matches, keepsBody);
    addCounts(counts, { ...found.counts, ...found.left });
  }
  return counts;
}

function locationsOf({ queue, fallbackQueue, queuePrefix }: QueueSettings): QueueLocation[] {
  return [fallbackQueue, queue].flatMap((given) =>
    given === undefined ? [] : [{ backend: given.value, prefix: queuePrefix }],
  );
}

function addCounts(counts: Record<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [place, count] of Object.entries(more)) {
    const name = `queue.${place}`;
    counts[name] = (counts[name] ?? 0) + count;
  }
}

/** A worker that is down or busy is the usual reason. */
function leftNote({ active, waiting }: JobsLeft): string {
  if (active + waiting === 0) return 'a queue did not come to rest: run the same command again';
  return (
    `${counted(waiting, 'job')} of the person wait, and workers have ${active}: they lose their ` +
    'bodies when they are applied. See that a worker runs, then run the same command again'
  );
}

function fileNote({ file }: QueueErasure): string | undefined {
  switch (file.kind) {
    case 'no-redis':
    case 'rewritten':
      return undefined;
    case 'off':
    case 'begun':
    case 'unfinished':
    case 'refused':
    case 'failed':
      return `the append-only file of Redis is not rewritten (${file.kind}): docs/privacy.md`;
  }
}
