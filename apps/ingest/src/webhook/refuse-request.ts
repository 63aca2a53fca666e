import type { IncomingMessage } from 'node:http';
import type { RequestLog } from '../log/request-log.ts';
import { type Answer, answer } from './answer.ts';

const maxPathLength = 100;
const maxMethodLength = 20;

const answers = {
  'not-found': answer(404, 'not-found', { connection: 'close' }),
  'method-not-allowed': answer(405, 'method-not-allowed', { allow: 'GET, HEAD' }),
};

/** How a request ends that is for nothing here, or for the health page with a method it does not take. */
export type MissedOutcome = keyof typeof answers;

/** Writes the line of such a request, with a bounded path and without its query, and returns its answer. */
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
