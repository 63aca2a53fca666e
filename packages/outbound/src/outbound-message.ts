import type { SendRequest } from '@sinch-callbacks/sinch-api';

export const outboundStates = [
  'QUEUED',
  'SENDING',
  'SENT',
  'REFUSED',
  'UNCERTAIN',
  'DISCARDED',
] as const;

export type OutboundState = (typeof outboundStates)[number];

/** Why a message was not sent, or why that is not known. */
export type OutboundErrorClass =
  /** Sinch refused it, or the recipient's consent did. */
  | 'refused'
  | 'opted-out'
  /** It waited longer than its caller allowed. */
  | 'expired'
  /** Not sent yet: too many requests, or Sinch could not be used. */
  | 'rate-limited'
  | 'unreachable'
  /** Sent or not: no answer came, or the process ended. */
  | 'unanswered'
  | 'holder-lost';

/** A row of `outbound`. */
export interface OutboundMessage {
  /** A UUID: the part of our marker that names the row. */
  readonly id: string;
  readonly appId: string;
  readonly key: string;
  readonly state: OutboundState;
  /** Requests that left, or may have. */
  readonly attempts: number;
  readonly createdAt: Date;
  readonly notBefore: Date;
  /** The caller's limit: not sent after then. */
  readonly notAfter: Date | null;
  readonly sendingAt: Date | null;
  readonly settledAt: Date | null;
  /** Null until Sinch's answer or a report names it. */
  readonly sinchMessageId: string | null;
  readonly errorClass: OutboundErrorClass | null;
  readonly errorMessage: string | null;
  readonly allowsOptedOut: boolean;
  readonly resendsUncertain: boolean;
  /** Without our marker. A redacted message has only its app and its recipient. */
  readonly request: Pick<SendRequest, 'app_id' | 'recipient'> & Partial<SendRequest>;
}

/** The columns of {@link OutboundMessage}, of a table `o`. */
export const outboundColumns = `o.id, o.app_id AS "appId", o.key, o.state::text AS state, o.attempts,
  o.created_at AS "createdAt", o.not_before AS "notBefore", o.not_after AS "notAfter", o.sending_at AS "sendingAt",
  o.settled_at AS "settledAt", o.sinch_message_id AS "sinchMessageId",
  o.error_class AS "errorClass", o.error_message AS "errorMessage",
  o.allows_opted_out AS "allowsOptedOut", o.resends_uncertain AS "resendsUncertain", o.request`;

/** A connection, or a transaction in which a row is written together with others. */
export interface QueryRunner {
  $queryRawUnsafe<Rows>(sql: string, ...values: unknown[]): PromiseLike<Rows>;
}
