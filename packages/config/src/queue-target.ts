/** Where the queue lives. The URL may hold a password: never log it. */
export type QueueTarget =
  | { readonly kind: 'redis'; readonly url: string }
  | { readonly kind: 'postgres'; readonly url: string };

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
