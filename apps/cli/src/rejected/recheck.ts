import { type CallbackEvent, receive } from '@sinch-callbacks/core';
import type { KeptCallback } from '@sinch-callbacks/queue';

export type Recheck =
  /** One of the secrets signed it: it is what ingest would have queued. */
  | { readonly kind: 'passes'; readonly event: CallbackEvent }
  | { readonly kind: 'still-rejected'; readonly cause: string }
  /** It was too long to keep, so nothing can be said. */
  | { readonly kind: 'without-body' };

/**
 * Judges a rejected callback by its signature alone. Its age says nothing any more: it is old
 * because it lay here, and one from the future came while some clock was wrong.
 */
export function recheck(kept: KeptCallback, secrets: readonly string[]): Recheck {
  const { rawBody, headers, receivedAt } = kept;
  if (rawBody === undefined) return { kind: 'without-body' };
  const byName: Readonly<Record<string, string>> = headers;
  const request = { rawBody, receivedAt, readHeader: (name: string) => byName[name] };
  const outcome = receive(request, {
    secrets,
    timestampToleranceSeconds: Number.POSITIVE_INFINITY,
    replayPolicy: 'absorb',
  });
  switch (outcome.kind) {
    case 'verified':
      return { kind: 'passes', event: outcome.event };
    case 'rejected':
      return { kind: 'still-rejected', cause: outcome.cause };
    case 'unconfigured':
      return { kind: 'still-rejected', cause: 'no secret' };
  }
}
