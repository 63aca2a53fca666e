import { type JobQueue, openQueue, type QueueLocation } from './queue-backend.ts';
import { queueNames } from './queue-names.ts';

/** The three queues for a dashboard to read. */
export interface BoardQueues {
  readonly queues: readonly JobQueue[];
  close(): Promise<void>;
}

export function openBoardQueues(
  location: QueueLocation,
  onConnectionError: (error: Error) => void,
): BoardQueues {
  const patience = { kind: 'fail-fast', timeoutMs: 5_000 } as const;
  const queues = Object.values(queueNames).map((name) =>
    openQueue(location, name, patience, onConnectionError),
  );
  return {
    queues,
    async close() {
      await Promise.all(queues.map((queue) => queue.close()));
    },
  };
}
