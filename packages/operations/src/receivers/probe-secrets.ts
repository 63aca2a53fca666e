import { randomBytes } from 'node:crypto';
import { type RawBody, rawBodyBytes, signCallback } from '@sinch-callbacks/core';
import { type Database, pageStoredEvents } from '@sinch-callbacks/db';
import { probe } from './probe-page.ts';

/** The result of asking receivers whether they hold secrets. */
export type SecretProbe =
  /** Every probe was accepted. */
  | { readonly kind: 'accepted'; readonly probes: number }
  /** A receiver does not hold the secret of this position. */
  | { readonly kind: 'refused'; readonly position: number }
  | { readonly kind: 'unexpected'; readonly status: number }
  | { readonly kind: 'unanswered'; readonly reason: string }
  /** There is no callback to send again. */
  | { readonly kind: 'nothing-stored' };

export interface SecretsToProbe {
  readonly target: string;
  readonly secrets: readonly string[];
  /** Positions of the secrets to try. */
  readonly positions: readonly number[];
  readonly now: Date;
}

/** Connections for each secret, so that most of several processes or machines answer one. */
const probesOfSecret = 8;
/** An event this young has its guard: `prune` keeps each for longer. */
const youngerThanMs = 7 * 86_400_000;

/**
 * Sends a callback again that was applied before, signed with each of these secrets. It changes
 * nothing, since its guard is there; and only a receiver that holds the secret answers 200. An
 * instance that no probe reached is not covered.
 *
 * It ends with the first refusal, which the receiver keeps as a rejected callback. A later recheck
 * queues that, and its guard drops it.
 * @throws DatabaseUnavailableError when the database is down.
 */
export async function probeSecrets(
  database: Pick<Database, 'pool'>,
  { target, secrets, positions, now }: SecretsToProbe,
): Promise<SecretProbe> {
  const stored = await findApplied(database, now);
  if (stored === undefined) return { kind: 'nothing-stored' };
  const rawBody = rawBodyBytes(stored);
  const wanted = positions.flatMap((position) => {
    const secret = secrets[position];
    return secret === undefined ? [] : [{ position, secret }];
  });
  for (const { position, secret } of wanted) {
    for (let probes = 0; probes < probesOfSecret; probes += 1) {
      const answer = await probe(new URL(target), signed(rawBody, secret, now));
      if (answer.kind === 'unanswered') return answer;
      if (answer.status === 401) return { kind: 'refused', position };
      if (answer.status !== 200) return { kind: 'unexpected', status: answer.status };
    }
  }
  return { kind: 'accepted', probes: wanted.length * probesOfSecret };
}

async function findApplied(
  database: Pick<Database, 'pool'>,
  now: Date,
): Promise<RawBody | undefined> {
  const receivedSince = new Date(now.getTime() - youngerThanMs);
  for await (const [event] of pageStoredEvents(database, { receivedSince, state: 'APPLIED' })) {
    if (event !== undefined) return event.rawBody;
  }
  return undefined;
}

function signed(rawBody: Uint8Array, secret: string, now: Date): RequestInit {
  const signature = signCallback({
    rawBody,
    secret,
    nonce: randomBytes(13).toString('hex'),
    timestampSeconds: Math.floor(now.getTime() / 1_000),
  });
  const headers = { ...signature, 'content-type': 'application/json', connection: 'close' };
  return { method: 'POST', headers, body: Buffer.from(rawBody) };
}
