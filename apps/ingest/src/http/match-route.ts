import type { IncomingMessage } from 'node:http';
import type { RequestLog } from '../log/request-log.ts';
import { type Answer, answer } from './answer.ts';

const paths = {
  webhook: '/api/sinch/webhook',
  health: '/api/health',
  metrics: '/metrics',
} as const;

/** A resource that this server has. */
export type Resource = keyof typeof paths;

/** Returns a resource's path, in the form that Next's routes expect. */
export function pathOf(resource: Resource): string {
  return paths[resource];
}

/**
 * Finds the resource of a request's target; undefined where there is none. Query and additional
 * slashes are ignored: an address that was mistyped like this should not lose a callback. So is an
 * origin in front, which every server has to accept (RFC 9112, 3.2.2).
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

const maxPathLength = 100;
const maxMethodLength = 20;

const answers = {
  'not-found': answer(404, 'not-found', { connection: 'close' }),
  'method-not-allowed': answer(405, 'method-not-allowed', { allow: 'GET, HEAD' }),
};

/** The outcome of a request for no resource, or with a method that the health page refuses. */
type MissedOutcome = keyof typeof answers;

/** Logs such a request, with a bounded path and without its query, and returns its answer. */
export function refuseRequest(
  outcome: MissedOutcome,
  { method = '', url = '' }: Pick<IncomingMessage, 'method' | 'url'>,
  requestLog: RequestLog,
): Answer {
  const refusal = answers[outcome];
  const [path = ''] = url.slice(0, maxPathLength).split(/[?#]/, 1);
  requestLog.writeRefused({
    outcome,
    status: refusal.status,
    method: method.slice(0, maxMethodLength),
    path,
  });
  return refusal;
}
