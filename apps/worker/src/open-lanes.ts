import type { WorkerConfig } from '@sinch-callbacks/config';
import type { EventWriter } from '@sinch-callbacks/db';
import { type Consumer, type ConsumerOptions, openConsumer } from '@sinch-callbacks/queue';
import { createEventBatcher, type EventBatcher } from './event-batcher.ts';
import { createHandler } from './handle-event.ts';
import type { DatabaseWait } from './wait-for-database.ts';

export interface Lanes {
  readonly consumers: readonly Consumer[];
  /** One for live events and one for replays, so that a slow replay holds up nothing else. */
  readonly batchers: readonly EventBatcher[];
}

const maxBatchSize = 500;
/** Replays must not overload what they failed on before. */
const replaysPerSecond = 50;
const replayConcurrency = 10;

/** Opens everything that this worker reads from: live events, replays, and the fallback's events. */
export function openLanes(
  config: WorkerConfig,
  steps: Pick<ConsumerOptions, 'recordLetter' | 'report' | 'now' | 'onConnectionError'>,
  writer: EventWriter,
  databaseWait: DatabaseWait,
  telemetry: Parameters<typeof createHandler>[1],
): Lanes {
  const { queue: backend, fallbackQueue, queuePrefix: prefix, concurrency } = config;
  const live = createEventBatcher(writer, databaseWait, maxBatchSize);
  const replay = createEventBatcher(writer, databaseWait, maxBatchSize);
  const liveLane = { ...steps, prefix, concurrency, handle: createHandler(live, telemetry) };
  const consumers = [
    openConsumer({ ...liveLane, backend, lane: 'live' }),
    openConsumer({
      ...steps,
      backend,
      prefix,
      lane: 'replay',
      concurrency: replayConcurrency,
      ratePerSecond: replaysPerSecond,
      handle: createHandler(replay, telemetry),
    }),
  ];
  // What ingest queued while Redis was away. Its dead letters' copies stay on that side.
  if (fallbackQueue !== undefined) {
    consumers.push(openConsumer({ ...liveLane, backend: fallbackQueue, lane: 'live' }));
  }
  return { consumers, batchers: [live, replay] };
}
