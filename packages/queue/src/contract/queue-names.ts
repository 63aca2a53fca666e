/** The three queues. Their names are a contract: dashboards and alerts refer to them. */
export const queueNames = {
  /** What Sinch sends. */
  live: 'sinch-callbacks',
  /** Replayed events: a lane of their own, so that they never delay live ones. */
  replay: 'sinch-callbacks-replay',
  /** Events that will not be tried again by themselves. No worker reads it. */
  dead: 'sinch-callbacks-dead',
} as const;

/** The two queues that a worker reads. */
export type Lane = 'live' | 'replay';

/** Of all keys on Redis, and of the schema on Postgres, where none is given. */
export const defaultPrefix = 'sinch';
