import type { Lane } from '../../contract/queue-names.ts';

/** A queue, and of the live one the partition. `dead` holds copies of dead letters, to look at. */
export interface JobLane {
  readonly lane: Lane | 'dead';
  readonly partition: number;
}

/** A job id that is somewhere in the queues. */
export interface FoundJobId extends JobLane {
  readonly jobId: string;
  /** The event's key. */
  readonly key: string;
  /** 0 for what Sinch sent, n for the nth replay. */
  readonly replay: number;
}
