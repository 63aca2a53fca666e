/** The server of the queue. The URL may hold a password: never log it. */
export type QueueTarget =
  /** One Redis; or a cluster: some of its nodes' URLs, separated by commas, or `?cluster=true`. */
  | { readonly kind: 'redis'; readonly url: string }
  | { readonly kind: 'postgres'; readonly url: string };

/**
 * Chooses the queue for events while Redis is down: Postgres, where both are given. Returns
 * undefined where only one of them is.
 * @param databaseUrl Postgres itself: the queue does not work through a pooler.
 */
export function chooseFallback(
  redisUrl: string | undefined,
  databaseUrl: string | undefined,
): QueueTarget | undefined {
  if (redisUrl === undefined || databaseUrl === undefined) return undefined;
  return { kind: 'postgres', url: databaseUrl };
}

/** Returns 1 for a queue on Postgres: all of it is on one server. */
export function choosePartitions(redisUrl: string | undefined, partitions: number): number {
  return redisUrl === undefined ? 1 : partitions;
}

/** Chooses Redis where there is one, otherwise Postgres, beside the data. */
export function chooseQueue(redisUrl: string | undefined, databaseUrl: string): QueueTarget;
export function chooseQueue(
  redisUrl: string | undefined,
  databaseUrl: string | undefined,
): QueueTarget | undefined;
export function chooseQueue(
  redisUrl: string | undefined,
  databaseUrl: string | undefined,
): QueueTarget | undefined {
  if (redisUrl !== undefined) return { kind: 'redis', url: redisUrl };
  if (databaseUrl !== undefined) return { kind: 'postgres', url: databaseUrl };
  return undefined;
}
