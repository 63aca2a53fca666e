/** An operation that a path and a method name, with the ids of the path. */
export interface RoutedOperation {
  readonly operation: ApiOperation;
  readonly projectId: string;
  /** The last id of the path, where it has one. */
  readonly id: string;
}

export type ApiOperation =
  | 'create-webhook'
  | 'list-webhooks'
  | 'get-webhook'
  | 'update-webhook'
  | 'delete-webhook'
  | 'get-app'
  | 'send-message'
  | 'list-messages'
  | 'delete-message'
  | 'delete-conversation'
  | 'delete-contact';

const routes: readonly (readonly [string, RegExp, ApiOperation])[] = [
  ['POST', /^webhooks$/, 'create-webhook'],
  ['GET', /^apps\/([^/]+)\/webhooks$/, 'list-webhooks'],
  ['GET', /^webhooks\/([^/]+)$/, 'get-webhook'],
  ['PATCH', /^webhooks\/([^/]+)$/, 'update-webhook'],
  ['DELETE', /^webhooks\/([^/]+)$/, 'delete-webhook'],
  ['GET', /^apps\/([^/]+)$/, 'get-app'],
  ['POST', /^messages(?::|%3A)send$/i, 'send-message'],
  ['GET', /^messages$/, 'list-messages'],
  ['DELETE', /^messages\/([^/]+)$/, 'delete-message'],
  ['DELETE', /^conversations\/([^/]+)$/, 'delete-conversation'],
  ['DELETE', /^contacts\/([^/]+)$/, 'delete-contact'],
];

/** Finds the operation of a request; `undefined` where Sinch has another or none. */
export function routeRequest(method: string, path: string): RoutedOperation | undefined {
  const [, projectId, rest = ''] = /^\/v1\/projects\/([^/]+)\/(.+)$/.exec(path) ?? [];
  if (projectId === undefined) return undefined;
  for (const [itsMethod, pattern, operation] of routes) {
    const found = method === itsMethod ? pattern.exec(rest) : null;
    if (found !== null) return { operation, projectId, id: found[1] ?? '' };
  }
  return undefined;
}
