import { eventKey, signatureHeaders, signCallback } from '@sinch-callbacks/core';
import type { KeptCallback } from '@sinch-callbacks/queue';
import { describe, expect, it } from 'vitest';
import { recheck } from './recheck.ts';

const receivedAt = new Date('2026-01-02T03:04:05.678Z');
const rawBody = Buffer.from('{"message_delivery_report":{"message_id":"M1"}}');
const key = eventKey('MESSAGE_DELIVERY', 'M1', rawBody);

function kept(secondsAhead = 0, changes: Partial<KeptCallback> = {}): KeptCallback {
  const timestampSeconds = Math.floor(receivedAt.getTime() / 1000) + secondsAhead;
  const headers = signCallback({ rawBody, secret: 'right', nonce: '01N', timestampSeconds });
  const facts = { id: 'x', cause: 'signature-mismatch', receivedAt, bodyBytes: rawBody.length };
  return { ...facts, headers, rawBody, ...changes };
}

describe('recheck', () => {
  it.each([
    ['just then', 0],
    ['long before', -90 * 86_400],
    ['after it came', 86_400],
  ])('passes what one of the secrets signed %s, as the same event', (_, secondsAhead) => {
    expect(recheck(kept(secondsAhead), ['new', 'right'])).toMatchObject({
      kind: 'passes',
      event: { key, receivedAt: receivedAt.toISOString(), signature: { secretPosition: 1 } },
    });
  });

  it('passes nothing that no secret signed, or whose body is another', () => {
    const cause = 'signature-mismatch';
    expect(recheck(kept(), ['wrong'])).toEqual({ kind: 'still-rejected', cause });
    const other = kept(0, { rawBody: Buffer.from('{}') });
    expect(recheck(other, ['right'])).toEqual({ kind: 'still-rejected', cause });
    expect(recheck(kept(), [])).toMatchObject({ kind: 'still-rejected' });
  });

  it('passes nothing that lacks a header or a body', () => {
    const { [signatureHeaders.nonce]: _, ...headers } = kept().headers;
    expect(recheck(kept(0, { headers }), ['right'])).toEqual({
      kind: 'still-rejected',
      cause: 'missing-signature-headers',
    });
    expect(recheck(kept(0, { rawBody: undefined }), ['right'])).toEqual({ kind: 'without-body' });
  });
});
