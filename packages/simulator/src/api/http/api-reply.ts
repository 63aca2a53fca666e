import type { JsonObject } from './json-object.ts';

/** An answer of the API. */
export interface ApiReply {
  readonly status: number;
  readonly body: JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
}

const statuses = {
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  RESOURCE_EXHAUSTED: 429,
  INTERNAL: 500,
  UNAVAILABLE: 503,
} as const;

export type RpcStatus = keyof typeof statuses;

/** Creates an error in the form of google.rpc, which all of Sinch's errors have. */
export function refuse(
  rpcStatus: RpcStatus,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): ApiReply {
  const status = statuses[rpcStatus];
  const error = { code: status, message, status: rpcStatus, details: [] };
  return { status, body: { error }, headers };
}

export function answer(body: JsonObject): ApiReply {
  return { status: 200, body };
}
