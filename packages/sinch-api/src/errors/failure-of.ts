import { certaintyOf } from '../http/certainty.ts';
import { type Exchange, isAccepted } from '../http/exchange.ts';
import { privateTexts, redact } from './redact.ts';
import { readRpcError } from './rpc-error.ts';
import { type Certainty, SinchApiError, type SinchApiOperation } from './sinch-api-error.ts';

export interface FailureContext {
  readonly operation: SinchApiOperation;
  /** What was sent, and the credentials. No error shows a text of it. */
  readonly privates: readonly unknown[];
  /** Advice by status, which ends the message. */
  readonly hintOf: (status: number) => string | undefined;
  /** Replaces what the exchange alone proves. */
  readonly certainty?: Certainty | undefined;
}

/** Makes the error of a request that failed, in words that can be logged. */
export function failureOf(exchange: Exchange, context: FailureContext): SinchApiError {
  const { operation } = context;
  const certainty = context.certainty ?? certaintyOf(exchange);
  if (exchange.kind === 'unanswered') {
    const message = `${operation}: no answer (${exchange.reason}); ${meanings[certainty]}`;
    return new SinchApiError({
      operation,
      certainty,
      message,
      status: undefined,
      rpcStatus: undefined,
    });
  }
  const { status, retryAfterMs } = exchange;
  const text = exchange.kind === 'answered' && !isAccepted(exchange) ? exchange.text : '';
  const { rpcStatus, texts } = readRpcError(text);
  const privates = texts.length === 0 ? [] : privateTexts(context.privates);
  const message = [
    `${operation}: ${[status, rpcStatus].filter(Boolean).join(' ')}`,
    ...texts.map((item) => redact(item, privates)),
    ...explain(exchange),
    ...[context.hintOf(status) ?? []].flat(),
  ].join('; ');
  return new SinchApiError({ operation, certainty, message, status, rpcStatus, retryAfterMs });
}

const meanings: Readonly<Record<Certainty, string>> = {
  'not-sent': 'nothing was sent',
  sent: 'the request was accepted',
  unknown: 'it is not known whether the request arrived',
};

/** Explains an answer whose status alone does not. */
function explain(exchange: Exclude<Exchange, { kind: 'unanswered' }>): string[] {
  if (exchange.status >= 300 && exchange.status < 400) return ['redirects are not followed'];
  const unreadable = isAccepted(exchange) ? ['it was accepted, but the answer is unreadable'] : [];
  if (exchange.kind === 'answered') return unreadable;
  const cause = exchange.cause === 'cut' ? 'the answer was cut off' : 'the answer is too long';
  return [...unreadable, cause];
}
