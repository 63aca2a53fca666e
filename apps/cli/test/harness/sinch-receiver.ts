import { eventKey, recognise, verifySignature } from '@sinch-callbacks/core';
import { type Received, type Reply, startHttpServer } from './http-server.ts';

/** A receiver's treatment of one callback. */
export type Treatment = 'accept' | 'fail-twice' | 'busy' | 'slow' | 'cut' | 'refuse' | 'broken';

const replies = {
  accept: [200],
  'fail-twice': [503, 500, 200],
  busy: [429, 200],
  slow: ['never', 200],
  cut: ['cut', 200],
  refuse: [400],
  broken: [503],
} as const satisfies Record<Treatment, readonly (number | 'never' | 'cut')[]>;

/** The requests with one body. */
export interface Tries {
  readonly key: string;
  readonly treatment: Treatment;
  readonly requests: readonly (Received & { readonly atMs: number })[];
}

const readHeader =
  ({ headers }: Received) =>
  (name: string) =>
    headers[name]?.toString();

/** Returns the position of the secret that signed it, or -1. */
export function secretOf(request: Received, secrets: readonly string[]): number {
  const verdict = verifySignature(request.body, readHeader(request), secrets);
  return verdict.kind === 'valid' ? verdict.secretPosition : -1;
}

export function nonceOf(request: Received): string | undefined {
  return readHeader(request)('x-sinch-webhook-signature-nonce');
}

/**
 * Starts a receiver that treats each new body, with its copies and retries, as the next of these.
 */
export async function startSinchReceiver(
  treatments: readonly Treatment[],
  onRequest: (count: number) => void = () => {},
) {
  const tries = new Map<string, Tries & { requests: (Received & { atMs: number })[] }>();
  const server = await startHttpServer((request): Reply => {
    const body = request.body.toString();
    const treatment = treatments[tries.size % treatments.length] ?? 'accept';
    const own = tries.get(body) ?? { key: keyOf(body), treatment, requests: [] };
    tries.set(body, own);
    own.requests.push({ ...request, atMs: performance.now() });
    onRequest(server.requests.length);
    const plan = replies[own.treatment];
    const reply = plan[own.requests.length - 1] ?? plan.at(-1) ?? 200;
    return typeof reply === 'number' ? { status: reply, body: '{}' } : reply;
  });
  return {
    url: server.url,
    requests: server.requests,
    tries: (treatment?: Treatment): Tries[] =>
      [...tries.values()].filter((own) => treatment === undefined || own.treatment === treatment),
  };
}

function keyOf(body: string): string {
  const recognition = recognise(body);
  if (recognition.kind !== 'known') throw new Error(`Sinch sends no such body: ${body}`);
  return eventKey(recognition.trigger, recognition.entityId, Buffer.from(body));
}
