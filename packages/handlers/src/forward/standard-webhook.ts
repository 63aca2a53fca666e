import { createHmac } from 'node:crypto';

/** The headers of a webhook after Standard Webhooks 1.0. */
export interface StandardHeaders {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

export interface WebhookToSign {
  /** The same for all attempts. It has no full stop, which separates what is signed. */
  readonly id: string;
  readonly sentAt: Date;
  readonly body: Uint8Array;
  /** As `whsec_` and base64. Each signs, so that a receiver may have the old one or the new one. */
  readonly secrets: readonly string[];
}

const prefix = 'whsec_';
/** The specification asks for 24 to 64 bytes. */
const minBytes = 24;
const maxBytes = 64;

/**
 * Signs a webhook with HMAC-SHA256 over id, timestamp and body.
 * Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function signStandardWebhook({ id, sentAt, body, secrets }: WebhookToSign): StandardHeaders {
  const seconds = String(Math.floor(sentAt.getTime() / 1000));
  const signatures = secrets.map((secret) => {
    const hmac = createHmac('sha256', Buffer.from(secret.slice(prefix.length), 'base64'));
    return `v1,${hmac.update(`${id}.${seconds}.`).update(body).digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': seconds,
    'webhook-signature': signatures.join(' '),
  };
}

/** Returns what is wrong with a secret; `undefined` where nothing is. Never quotes it. */
export function findSecretProblem(secret: string): string | undefined {
  const digits = secret.slice(prefix.length);
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(digits);
  if (!secret.startsWith(prefix) || !isBase64) return `a secret is "${prefix}" and base64`;
  const { length } = Buffer.from(digits, 'base64');
  if (length < minBytes || length > maxBytes) {
    return `a secret has ${minBytes} to ${maxBytes} bytes, this one ${length}`;
  }
  return undefined;
}
