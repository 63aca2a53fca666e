import { type JobQueue, openQueue, type QueueLocation } from './queue-backend.ts';
import { queueNames } from './queue-names.ts';

/** The queues for a dashboard to read: live events by partition, replays, dead letters. */
export interface BoardQueues {
  readonly queues: readonly JobQueue[];
  close(): Promise<void>;
}

export function openBoardQueues(
  location: QueueLocation,
  onConnectionError: (error: Error) => void,
  partitions = 1,
): BoardQueues {
  const patience = { kind: 'fail-fast', timeoutMs: 5_000 } as const;
  const open = (name: string, partition: number) =>
    openQueue({ ...location, partition }, name, patience, onConnectionError);
  const queues = Object.values(queueNames).flatMap((name) => {
    const count = name === queueNames.live ? partitions : 1;
    return Array.from({ length: count }, (_, partition) => open(name, partition));
  });
  return {
    queues,
    async close() {
      await Promise.all(queues.map((queue) => queue.close()));
    },
  };
}
