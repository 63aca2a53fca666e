const paths = {
  webhook: '/api/sinch/webhook',
  health: '/api/health',
  metrics: '/metrics',
} as const;

/** What there is to ask for. */
export type Resource = keyof typeof paths;

/** Where it is, in the form that the routes know. */
export function pathOf(resource: Resource): string {
  return paths[resource];
}

/**
 * What a request's target means; undefined where there is nothing. The query does not matter, nor
 * do slashes too many, since an address that was mistyped so should not lose a callback, nor an
 * origin in front, which every server has to take (RFC 9112, 3.2.2).
 */
export function matchRoute(target: string): Resource | undefined {
  if (target === paths.webhook) return 'webhook';
  const [withOrigin = ''] = target.split(/[?#]/, 1);
  const path = withOrigin.replace(/^https?:\/\/[^/]*/i, '').replaceAll(/\/+/g, '/');
  const trimmed = path.endsWith('/') ? path.slice(0, -1) : path;
  if (trimmed === paths.webhook) return 'webhook';
  if (trimmed === paths.health) return 'health';
  return trimmed === paths.metrics ? 'metrics' : undefined;
}
