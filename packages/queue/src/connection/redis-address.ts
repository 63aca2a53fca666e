/** Where a Redis is, and how one is known to it. */
export type RedisAddress = { readonly kind: 'single'; readonly url: string } | ClusterAddress;

export interface ClusterAddress {
  readonly kind: 'cluster';
  /** Some of its nodes, of which one has to answer: it tells of the others. */
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  /** The same for all nodes, also those that are not named. */
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly isEncrypted: boolean;
}

const defaultPort = 6379;

/**
 * Reads a `REDIS_URL`: one URL of one Redis; or several with commas between them, or one with
 * `?cluster=true`, of a Redis Cluster. The first one's scheme, user and password are all nodes'.
 * @throws TypeError when it is no URL.
 */
export function parseRedisUrl(text: string): RedisAddress {
  // A comma may be in a password; one before a scheme is not.
  const urls = text.split(/\s*,\s*(?=rediss?:\/\/)/).map((url) => new URL(url));
  const [first] = urls;
  const isCluster = urls.length > 1 || first?.searchParams.get('cluster') === 'true';
  if (first === undefined || !isCluster) return { kind: 'single', url: text };
  return {
    kind: 'cluster',
    nodes: urls.map(({ hostname, port }) => ({
      host: hostname.replace(/^\[(.*)\]$/, '$1'),
      port: Number(port || defaultPort),
    })),
    username: decodeURIComponent(first.username) || undefined,
    password: decodeURIComponent(first.password) || undefined,
    isEncrypted: first.protocol === 'rediss:',
  };
}
