import { type SignatureHeaders, signCallback } from '@sinch-callbacks/core';
import { secureRandom, ulid } from './random.ts';

export interface SenderOptions {
  /** The webhook's full address. */
  readonly url: string;
  readonly secret: string;
  readonly clock?: () => Date;
  readonly nonce?: () => string;
  /** Sinch documents no timeout; 15 seconds is what one of its users measured. */
  readonly timeoutMs?: number;
}

export interface SendOverrides {
  readonly secret?: string;
  readonly nonce?: string;
  readonly timestampSeconds?: number;
  /** Headers to replace or add; `undefined` removes one. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
}

export interface SenderAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers: Headers;
}

export interface Sender {
  /** Returns the signature headers that this sender would send with the body. */
  sign(body: string | Uint8Array, overrides?: SendOverrides): SignatureHeaders;
  /**
   * Signs and sends one callback over a keep-alive connection; objects are sent as JSON. Returns
   * any answer, redirects too. Never retries.
   * @throws when no answer comes: refused, cut off or too late.
   */
  send(body: string | Uint8Array | object, overrides?: SendOverrides): Promise<SenderAnswer>;
}

const defaultTimeoutMs = 15_000;

/** Creates a sender that signs callbacks as Sinch does. */
export function createSender(options: SenderOptions): Sender {
  const clock = options.clock ?? (() => new Date());
  const newNonce = options.nonce ?? (() => ulid(clock().getTime(), secureRandom));

  const sign: Sender['sign'] = (rawBody, overrides = {}) =>
    signCallback({
      rawBody,
      secret: overrides.secret ?? options.secret,
      nonce: overrides.nonce ?? newNonce(),
      timestampSeconds: overrides.timestampSeconds ?? Math.floor(clock().getTime() / 1000),
    });

  return {
    sign,
    async send(body, overrides = {}) {
      const rawBody = writeBody(body);
      const headers = { ...sign(rawBody, overrides), ...overrides.headers };
      const timeout = AbortSignal.timeout(options.timeoutMs ?? defaultTimeoutMs);
      const answer = await fetch(options.url, {
        method: 'POST',
        headers: [['content-type', 'application/json'], ...presentHeaders(headers)],
        body: Buffer.from(rawBody),
        redirect: 'manual',
        signal: overrides.signal ? AbortSignal.any([timeout, overrides.signal]) : timeout,
      });
      return { status: answer.status, body: await answer.text(), headers: answer.headers };
    },
  };
}

function writeBody(body: string | Uint8Array | object): string | Uint8Array {
  return typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
}

function presentHeaders(headers: Readonly<Record<string, string | undefined>>): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as [string, string]],
  );
}
