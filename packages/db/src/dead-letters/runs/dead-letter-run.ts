/** What a run does with each letter that it chose. */
export type RunAction = 'REPLAY' | 'DISCARD';

/** `RUNNING` is also one whose process died; `FAILED` one that a failure has cut off. */
export type RunState = 'RUNNING' | 'DONE' | 'CANCELLED' | 'FAILED';

/** Which letters a run chose, as JSON. Of `where`, no condition at all is every open letter. */
export type RunFilter =
  | { readonly keys: readonly string[] }
  | {
      readonly where: {
        readonly trigger?: string | undefined;
        readonly appId?: string | undefined;
        readonly errorClass?: string | undefined;
        readonly fingerprint?: string | undefined;
        /** ISO 8601. */
        readonly since?: string | undefined;
        readonly until?: string | undefined;
      };
    };

/** One command that replayed or discarded dead letters: the audit, and where to go on. */
export interface DeadLetterRun {
  readonly id: number;
  readonly action: RunAction;
  readonly state: RunState;
  readonly operator: string;
  readonly filter: RunFilter;
  /** Letters that were chosen when it began. */
  readonly matched: number;
  readonly queued: number;
  readonly discarded: number;
  /** Those that another run had put on the queue already. */
  readonly underWay: number;
  readonly skipped: number;
  /** Taken off the queue again by cancelling it. */
  readonly withdrawn: number;
  /** The event key of the last letter that was dealt with. */
  readonly cursor: string | undefined;
  readonly error: string | undefined;
  readonly startedAt: Date;
  readonly updatedAt: Date;
  readonly finishedAt: Date | undefined;
}
