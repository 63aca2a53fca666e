/** Where the queue lives. The URL may hold a password: never log it. */
export type QueueTarget =
  /** One Redis; or a cluster: some of its nodes' URLs, separated by commas, or `?cluster=true`. */
  | { readonly kind: 'redis'; readonly url: string }
  | { readonly kind: 'postgres'; readonly url: string };

/**
 * Where events go while Redis is away: Postgres, where both are given. Absent where there is one
 * of them alone.
 * @param databaseUrl Postgres itself, and no pooler: the queue there does not work through one.
 */
export function chooseFallback(
  redisUrl: string | undefined,
  databaseUrl: string | undefined,
): QueueTarget | undefined {
  if (redisUrl === undefined || databaseUrl === undefined) return undefined;
  return { kind: 'postgres', url: databaseUrl };
}

/** A queue on Postgres is one: all of it is on one server, whatever its name. */
export function choosePartitions(redisUrl: string | undefined, partitions: number): number {
  return redisUrl === undefined ? 1 : partitions;
}

/** Redis where there is one; otherwise the queue lives in Postgres beside the data. */
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
