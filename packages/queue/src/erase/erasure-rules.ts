import type { RawBody } from '@sinch-callbacks/core';

/** The person to erase. */
export interface ErasureRules {
  /** Finds the person in a text, also where it is encoded: see `matchesOf` of packages/core. */
  readonly matches: (text: string) => boolean;
  /**
   * Makes the body that a job keeps until a worker applies it. `undefined`: the job keeps its own,
   * and the erasure waits until the job is applied. So an event whose body is still needed, as that
   * of an opt-out is, gets `undefined`.
   */
  readonly redact: (body: RawBody) => RawBody | undefined;
}

/** The rules of one pass over a server. `count` finds the same places, and changes nothing. */
export interface PassRules extends ErasureRules {
  readonly mode: 'erase' | 'count';
}

/** The places that an erasure counts. A job is counted once for each change of it. */
export type ErasedPlace = 'unfinished' | 'finished' | 'dead' | 'rejected' | 'events' | 'others';

/** The jobs that still name the person after a pass. */
export interface JobsLeft {
  /** A worker has the job, and may write the body again. */
  readonly active: number;
  /** The job keeps its body until a worker applies it. */
  readonly waiting: number;
}

/** The number of changes by place. */
export type ErasedCounts = Readonly<Record<ErasedPlace, number>>;

/** Makes the counts of an erasure that has changed nothing yet. */
export function noneErased(): Record<ErasedPlace, number> {
  return { unfinished: 0, finished: 0, dead: 0, rejected: 0, events: 0, others: 0 };
}

/** A change, or a job that is left, as one pass over a server finds it. */
export interface PassReport {
  /** Called for each key or row that was read. */
  visited(): void;
  erased(place: ErasedPlace): void;
  left(kind: keyof JobsLeft): void;
}
