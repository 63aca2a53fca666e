import type { BoardHooks } from '@bull-board/api/dist/types.js';
import { queueNames } from '@sinch-callbacks/queue';

const { live, replay } = queueNames;

/**
 * All writes that Bull Board may do, by its own route names. Any other route is refused, also one
 * that a later release adds. None of these can lose an event: retrying and promoting only start an
 * attempt earlier. A job that is removed from the replay queue is still in Postgres, as an open
 * dead letter or an unhandled event (docs/decisions/the-board-cannot-lose-an-event.md).
 */
const allowedWrites: ReadonlyMap<string, readonly string[]> = new Map([
  ['put /api/queues/:queueName/:jobId/retry', [live, replay]],
  ['put /api/queues/:queueName/retry/:queueStatus', [live, replay]],
  ['put /api/queues/:queueName/:jobId/promote', [live, replay]],
  ['put /api/queues/:queueName/promote', [live, replay]],
  ['put /api/queues/:queueName/:jobId/clean', [replay]],
]);

export function isWritable(queue: string): boolean {
  return [...allowedWrites.values()].some((queues) => queues.includes(kindOf(queue)));
}

/** Maps partitions of the live queue to the live queue: the second one is `sinch-callbacks-1`. */
function kindOf(queue: string): string {
  const [, kind = queue] = /^(.*)-\d+$/.exec(queue) ?? [];
  return kind === live ? live : queue;
}

/** Decides on each request before Bull Board handles it. */
export function judgeWrites(writes: boolean): NonNullable<BoardHooks['before']> {
  return ({ method, route, request }) => {
    if (method === 'get') return undefined;
    const queues = writes ? allowedWrites.get(`${method} ${route}`) : undefined;
    if (queues?.includes(kindOf(String(request.params['queueName'])))) return undefined;
    const message = writes
      ? 'Refused: it could lose an event, or does not belong here'
      : 'Read-only: see ADMIN_WRITES';
    return { allow: false, status: 403, message };
  };
}
