import { failureOf } from '../errors/failure-of.ts';
import type { Certainty } from '../errors/sinch-api-error.ts';
import { certaintyOf } from '../http/certainty.ts';
import type { Connections } from '../http/connections.ts';
import { type Exchange, isAccepted } from '../http/exchange.ts';
import { type JsonObject, readJsonObject } from '../http/json-object.ts';
import { type RepeatedExchange, repeatExchange } from '../http/repeat-exchange.ts';
import type { SinchApiTimings } from '../http/timings.ts';
import { type CallOperation, operations } from './operations.ts';
import type { TokenSource } from './token-source.ts';

export interface Call {
  readonly operation: CallOperation;
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: object | undefined;
  /** What else of the request no error may show. */
  readonly privates?: unknown;
  /** Rejects an answer that lacks what the caller needs. Any JSON object passes by default. */
  readonly isComplete?: (answer: JsonObject) => boolean;
}

export interface CallOptions {
  readonly region: string;
  readonly connectionsOf: (operation: CallOperation) => Pick<Connections, 'exchange'>;
  readonly tokens: TokenSource;
  readonly keySecret: string;
  readonly timings: SinchApiTimings;
  readonly signal: AbortSignal;
}

/** Makes a call. Of its answer only `isComplete` is checked: its type is what Sinch documents. */
export type CallApi = <Answer extends object>(call: Call) => Promise<Answer>;

/** Requests of one call at the most, without the one that repeats it with a new token. */
const maxTries = 4;

/**
 * Creates the function that makes calls: with a token, with the retries of the operation, and with
 * one repetition after a 401. That one is for every operation, because a 401 proves a refusal.
 */
export function createCallApi(options: CallOptions): CallApi {
  const { region, timings, signal } = options;

  /** Explains the answer of a server that does not know the project, or refused two tokens. */
  const hintOf = (status: number) => {
    if (status === 404) {
      return `Sinch answers 404 also for an app of another region: this client uses "${region}" (SINCH_REGION)`;
    }
    return status === 401 ? refusedTwice : undefined;
  };

  return async <Answer extends object>(call: Call) => {
    const { operation, body, privates } = call;
    const { method, rule } = operations[operation];
    const text = body === undefined ? undefined : JSON.stringify(body);
    const used: { token?: string; hasRenewed: boolean } = { hasRenewed: false };

    const request = async (): Promise<Exchange> => {
      const token = await options.tokens.get();
      used.token = token;
      const exchange = await options.connectionsOf(operation).exchange({
        method,
        path: call.path,
        headers: headersOf(token, text),
        body: text,
      });
      if (exchange.kind === 'unanswered' || exchange.status !== 401 || used.hasRenewed) {
        return exchange;
      }
      used.hasRenewed = true;
      options.tokens.drop(token);
      return await request();
    };

    const repeated = await repeatExchange(request, { rule, maxTries, timings, signal });
    const answer = readAnswer(repeated, call);
    if (answer !== undefined) return answer as Answer;
    throw failureOf(repeated.exchange, {
      operation,
      privates: [body, privates, options.keySecret, used.token],
      hintOf,
      certainty: certaintyAfter(repeated),
    });
  };
}

const refusedTwice =
  'Sinch refused a new token too: check that the access key (SINCH_ACCESS_KEY_ID) is of the ' +
  'project SINCH_PROJECT_ID, and was not revoked';

function headersOf(token: string, text: string | undefined): Record<string, string> {
  const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
  return text === undefined ? headers : { ...headers, 'content-type': 'application/json' };
}

/** Checks for a deletion that may find nothing: whatever is not there need not be deleted. */
function isDeletion(operation: CallOperation): boolean {
  return ['messages.delete', 'conversations.delete', 'contacts.delete'].includes(operation);
}

/** Returns the answer of a call that succeeded. */
function readAnswer({ exchange, isUncertain }: RepeatedExchange, call: Call) {
  const { operation, isComplete = () => true } = call;
  if (operation === 'webhooks.delete') {
    // What an earlier try may have deleted is not there any more.
    const isGone = isUncertain && exchange.kind !== 'unanswered' && exchange.status === 404;
    return isAccepted(exchange) || isGone ? {} : undefined;
  }
  if (isDeletion(operation)) {
    if (isAccepted(exchange)) return { kind: 'deleted' };
    return exchange.kind !== 'unanswered' && exchange.status === 404
      ? { kind: 'absent' }
      : undefined;
  }
  if (!isAccepted(exchange) || exchange.kind !== 'answered') return undefined;
  const answer = readJsonObject(exchange.text);
  return answer !== undefined && isComplete(answer) ? answer : undefined;
}

/** A refusal of the last try says nothing of an earlier one that may have done what was asked. */
function certaintyAfter({ exchange, isUncertain }: RepeatedExchange): Certainty {
  const certainty = certaintyOf(exchange);
  return isUncertain && certainty === 'not-sent' ? 'unknown' : certainty;
}
