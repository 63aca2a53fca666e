import { type CallbackEvent, receive, type SignatureHeaders } from '@sinch-callbacks/core';
import { whyUnanswered } from '@sinch-callbacks/operations';
import { createSender, type Sender } from '@sinch-callbacks/simulator';

/** A signed callback that is ready to go. */
export interface SignedCallback {
  readonly headers: SignatureHeaders;
  /** The bytes to send: with one bit changed when they have to be refused. */
  readonly body: Uint8Array;
  /** The event key that a receiver computes; absent when it has to refuse the callback. */
  readonly key: string | undefined;
  /** The message's id, for `callbacks message`; absent for other events. */
  readonly messageId: string | undefined;
}

export interface SigningChoice {
  readonly url: string;
  readonly secret: string;
  readonly timestamp?: Date | undefined;
  readonly nonce?: string | undefined;
  readonly isTampered: boolean;
}

/** The result of sending one callback. */
export type SendResult =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly answer: string;
      readonly durationMs: number;
    }
  | { readonly kind: 'unanswered'; readonly reason: string };

export interface CallbackSender {
  sign(body: Uint8Array): SignedCallback;
  send(callback: SignedCallback): Promise<SendResult>;
}

/** Any age passes, so that every callback signed here gets a key. */
const anyAge = Number.POSITIVE_INFINITY;

export function createCallbackSender(choice: SigningChoice, now: () => Date): CallbackSender {
  const { url, secret, timestamp, nonce } = choice;
  const sender: Sender = createSender({ url, secret, clock: now });
  const overrides = {
    ...(nonce !== undefined && { nonce }),
    ...(timestamp && { timestampSeconds: Math.floor(timestamp.getTime() / 1000) }),
  };
  return {
    sign(rawBody) {
      const headers = sender.sign(rawBody, overrides);
      const body = choice.isTampered ? tamper(rawBody) : rawBody;
      const event = eventOf(body, headers, secret, now());
      const messageId = event?.trigger.startsWith('MESSAGE_') ? event.entityId : undefined;
      return { headers, body, key: event?.key, messageId };
    },
    async send({ headers, body }) {
      const startedAt = performance.now();
      try {
        const answer = await sender.send(body, { headers });
        const durationMs = Math.round(performance.now() - startedAt);
        return { kind: 'answered', status: answer.status, answer: answer.body, durationMs };
      } catch (error) {
        return { kind: 'unanswered', reason: whyUnanswered(error) };
      }
    },
  };
}

/** Verifies the callback by the rules of the receiver. */
function eventOf(
  rawBody: Uint8Array,
  headers: Readonly<Record<string, string>>,
  secret: string,
  receivedAt: Date,
): CallbackEvent | undefined {
  const outcome = receive(
    { rawBody, readHeader: (name) => headers[name], receivedAt },
    { secrets: [secret], timestampToleranceSeconds: anyAge, replayPolicy: 'absorb' },
  );
  return outcome.kind === 'verified' ? outcome.event : undefined;
}

/**
 * Changes one bit of the body's middle byte, so that its signature no longer matches. An empty
 * body becomes one byte.
 */
export function tamper(body: Uint8Array): Uint8Array {
  if (body.length === 0) return Uint8Array.of(0x20);
  const changed = Uint8Array.from(body);
  const middle = Math.floor(changed.length / 2);
  changed[middle] = (changed[middle] ?? 0) ^ 0x01;
  return changed;
}
