import { randomUUID } from 'node:crypto';
import { isLoopback, signCallback } from '@sinch-callbacks/core';
import { findSecretProblem, signStandardWebhook } from './standard-webhook.ts';

export interface ForwardTarget {
  /** The receiver. `https:`, or `http:` on this machine. */
  readonly to: string | URL;
  /**
   * `standard`: signed after Standard Webhooks 1.0, with secrets of the form `whsec_` and base64.
   * `sinch`: signed as Sinch signs, so that a receiver of Sinch's callbacks takes it unchanged.
   * `standard` when absent.
   */
  readonly as?: 'standard' | 'sinch' | undefined;
  /** For `standard`, several during a rotation. For `sinch`, one. */
  readonly secrets: readonly [string, ...string[]];
}

export interface CallbackToForward {
  /** The same for all attempts, without a full stop. `sinch` does not send it. */
  readonly id: string;
  readonly rawBody: Uint8Array;
  /** Ends the request early; its reason is then thrown. */
  readonly signal?: AbortSignal;
}

export type ForwardAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** The header `Retry-After`. */
      readonly retryAfter: string | null;
    }
  | { readonly kind: 'unanswered'; readonly reason: string };

const requestTimeoutMs = 15_000;

/** Returns what is wrong with a target; `undefined` where nothing is. Never quotes a secret. */
export function findTargetProblem({ to, as, secrets }: ForwardTarget): string | undefined {
  const url = URL.canParse(String(to)) ? new URL(to) : undefined;
  const isAllowed =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  if (!isAllowed) return 'the receiver is an https: address, or http: on this machine';
  if (as === 'sinch') {
    if (secrets.length > 1) return 'Sinch signs with one secret';
    return secrets[0] === '' ? 'the secret is empty' : undefined;
  }
  return secrets.map(findSecretProblem).find((problem) => problem !== undefined);
}

/** Sends a callback once: its exact bytes, signed. It follows no redirect, and waits for 15 s. */
export async function sendForward(
  target: ForwardTarget,
  { id, rawBody, signal }: CallbackToForward,
): Promise<ForwardAnswer> {
  const deadline = AbortSignal.timeout(requestTimeoutMs);
  try {
    const response = await fetch(target.to, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...signatureOf(target, id, rawBody) },
      body: new Uint8Array(rawBody),
      redirect: 'manual',
      signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
    });
    await response.body?.cancel();
    const retryAfter = response.headers.get('retry-after');
    return { kind: 'answered', status: response.status, retryAfter };
  } catch (error) {
    signal?.throwIfAborted();
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    return { kind: 'unanswered', reason: cause instanceof Error ? cause.message : String(cause) };
  }
}

function signatureOf({ as, secrets }: ForwardTarget, id: string, rawBody: Uint8Array) {
  const sentAt = new Date();
  if (as !== 'sinch') return signStandardWebhook({ id, sentAt, body: rawBody, secrets });
  const [secret] = secrets;
  const timestampSeconds = Math.floor(sentAt.getTime() / 1000);
  return signCallback({ secret, nonce: randomUUID(), timestampSeconds, rawBody });
}
