import type { QueuesErased } from '@sinch-callbacks/operations';
import { eraseFromQueue, type QueueErasure } from '@sinch-callbacks/queue';
import type { Settings } from './read-settings.ts';

/**
 * Erases a person from the queue, and from the fallback where there is one, which goes first: copies
 * move from it to the queue. A job that waits keeps its body until a worker has applied it; the
 * worker asks the list of erased people then.
 * @param note is called with lines for people.
 */
export async function eraseQueues(
  { queue, fallbackQueue, queuePrefix: prefix }: Settings,
  matches: (text: string) => boolean,
  note: (line: string) => void,
): Promise<QueuesErased> {
  const counts: Record<string, number> = {};
  let isComplete = true;
  for (const given of [fallbackQueue, queue]) {
    if (given === undefined) continue;
    const keepsBody = () => undefined;
    const erased = await eraseFromQueue(
      { backend: given.value, prefix },
      matches,
      keepsBody,
      ignore,
    );
    for (const [place, count] of Object.entries(erased.counts)) {
      const name = `queue.${place}`;
      counts[name] = (counts[name] ?? 0) + count;
    }
    if (erased.kind === 'jobs-left') isComplete = false;
    const line = fileNote(erased);
    if (line !== undefined) note(line);
  }
  return { counts, isComplete };
}

const ignore = () => undefined;

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
