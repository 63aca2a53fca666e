/** The three queues. Their names are a contract: dashboards and alerts refer to them. */
export const queueNames = {
  /** What Sinch sends. */
  live: 'sinch-callbacks',
  /** What somebody puts back on purpose: a lane of its own, so that it never delays live events. */
  replay: 'sinch-callbacks-replay',
  /** Events that will not be tried again by themselves. No worker reads it. */
  dead: 'sinch-callbacks-dead',
} as const;

/** The two queues that a worker reads. */
export type Lane = 'live' | 'replay';

/** Of all keys on Redis, and of the schema on Postgres, where none is given. */
export const defaultPrefix = 'sinch';
