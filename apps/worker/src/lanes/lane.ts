import type { Consumer } from '@sinch-callbacks/queue';
import type { WatchedLane } from '../health/watch-lane.ts';

/** One queue that this worker reads. */
export interface Lane extends WatchedLane {
  readonly name: 'live' | `live-${number}` | 'replay' | 'fallback';
  readonly consumer: Consumer;
}
