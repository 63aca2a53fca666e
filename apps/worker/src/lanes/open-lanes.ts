import type { WorkerConfig } from '@sinch-callbacks/config';
import type { EventWriter } from '@sinch-callbacks/db';
import {
  type ConsumerOptions,
  createByteBudget,
  createSharedExclusiveLock,
  type DeadCopiesTarget,
  maxFetchedBytes,
  openConsumer,
} from '@sinch-callbacks/queue';
import { combineOutages, type OutageTracker } from '@sinch-callbacks/telemetry';
import { createEventBatcher, createHandler, type EventBatcher } from '../apply/event-batcher.ts';
import type { DatabaseWait } from '../apply/wait-for-database.ts';
import { type Lane, openPartitions } from './open-partitions.ts';

export interface Lanes {
  readonly lanes: readonly Lane[];
  /** One for live events and one for replays, so that a slow replay holds up nothing else. */
  readonly batchers: readonly EventBatcher[];
}

export interface QueueOutages {
  readonly queue: OutageTracker;
  readonly fallbackQueue: OutageTracker;
}

/** More would hold row locks for longer and save little. */
const maxBatchSize = 500;
/** Replays must not overload the server on which they failed before. */
const replaysPerSecond = 50;
const replayConcurrency = 10;

/** Opens every queue that this worker reads: live events, replays, and the fallback's events. */
export function openLanes(
  config: WorkerConfig,
  steps: Pick<ConsumerOptions, 'recordLetter' | 'redactText' | 'report' | 'now' | 'timings'>,
  deadCopiesTarget: DeadCopiesTarget,
  writer: EventWriter,
  databaseWait: DatabaseWait,
  outages: QueueOutages,
  telemetry: Parameters<typeof createHandler>[1],
  onBatch: Parameters<typeof createEventBatcher>[3],
): Lanes {
  const { queue: backend, fallbackQueue, queuePrefix: prefix, concurrency } = config;
  // Half of the jobs in progress: while these are written, the other half is fetched and read.
  const liveBatchSize = Math.min(maxBatchSize, Math.ceil(concurrency / 2));
  const live = createEventBatcher(writer, databaseWait, liveBatchSize, onBatch);
  const replay = createEventBatcher(writer, databaseWait, maxBatchSize, onBatch);
  const bytes = createByteBudget(maxFetchedBytes);
  const common = { ...steps, prefix, bytes, trialLock: createSharedExclusiveLock() };
  const liveLane = { ...common, concurrency, handle: createHandler(live, telemetry) };
  const replayLane = {
    ...common,
    concurrency: replayConcurrency,
    ratePerSecond: replaysPerSecond,
    handle: createHandler(replay, telemetry),
  };
  const trackPart = combineOutages(outages.queue);
  const lanes = [
    ...openPartitions(config.queuePartitions, liveLane, (name, options) =>
      openLane(name, { ...liveLane, ...options, backend, lane: 'live' }, trackPart()),
    ),
    openLane('replay', { ...replayLane, backend, lane: 'replay' }, trackPart()),
  ];
  // Events that ingest queued while Redis was down. Bull Board does not show them.
  if (fallbackQueue !== undefined) {
    const options = {
      ...liveLane,
      backend: fallbackQueue,
      lane: 'live',
      deadCopiesTarget,
    } as const;
    lanes.push(openLane('fallback', options, outages.fallbackQueue));
  }
  return { lanes, batchers: [live, replay] };
}

function openLane(
  name: Lane['name'],
  options: Omit<ConsumerOptions, 'onConnectionError'>,
  outage: OutageTracker,
): Lane {
  const onConnectionError = (error: Error) => outage.recordFailure(error);
  const consumer = openConsumer({ ...options, onConnectionError });
  return { name, consumer, onAnswered: () => outage.recordSuccess() };
}
