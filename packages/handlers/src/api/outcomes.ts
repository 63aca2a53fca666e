/**
 * Ends a task as dead at once: no retry can help. It can be replayed, like every dead task.
 * Thrown by a handler.
 */
export class GiveUp extends Error {
  readonly code = 'GIVE_UP';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'GiveUp';
  }
}

const longestRetryMs = 366 * 86_400_000;

/**
 * Runs the task again at that time, and not after the usual pause. It counts as an attempt, so that
 * the option `attempts` bounds how often. Thrown by a handler.
 */
export class RetryAt extends Error {
  readonly code = 'RETRY_AT';
  readonly at: Date;

  /** @throws TypeError for an invalid date, or one that is more than a year from now. */
  constructor(at: Date, message = 'to be retried later', options?: ErrorOptions) {
    super(message, options);
    if (!(at.getTime() < Date.now() + longestRetryMs)) {
      throw new TypeError(`RetryAt needs a date within a year: ${message}`);
    }
    this.name = 'RetryAt';
    this.at = at;
  }
}

/** Settles a task as skipped: there is nothing to do. Thrown by a handler. */
export class Skip extends Error {
  readonly code = 'SKIP';

  constructor(reason: string) {
    super(reason);
    this.name = 'Skip';
  }
}

/**
 * Pauses the handler: its tasks wait until `callbacks handlers resume`. The task of this run waits
 * too, and no attempt is counted. Thrown by a handler.
 */
export class Pause extends Error {
  readonly code = 'PAUSE';

  constructor(reason: string) {
    super(reason);
    this.name = 'Pause';
  }
}
