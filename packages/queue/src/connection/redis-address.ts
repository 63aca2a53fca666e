/** The address of a Redis or a cluster, with its credentials. */
export type RedisAddress = { readonly kind: 'single'; readonly url: string } | ClusterAddress;

export interface ClusterAddress {
  readonly kind: 'cluster';
  /** Some of its nodes. One that answers is enough: it lists the others. */
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  /** The user of all nodes, also of those that are not listed here. */
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly isEncrypted: boolean;
}

const defaultPort = 6379;

/**
 * Parses a `REDIS_URL`: one URL of one Redis; or several with commas between them, or one with
 * `?cluster=true`, of a Redis Cluster. All nodes have the first one's scheme, user and password.
 * @throws TypeError when it is not a URL.
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
