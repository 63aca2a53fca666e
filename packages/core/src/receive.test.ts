import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rawBodyBytes } from './events/raw-body.ts';
import { type ReceiveSettings, receive } from './receive.ts';
import { signCallback } from './signature/sign-callback.ts';

const now = new Date('2026-01-02T03:04:05.678Z');
const nowSeconds = Math.floor(now.getTime() / 1000);
const settings: ReceiveSettings = {
  secrets: ['one', 'two'],
  timestampToleranceSeconds: 300,
  replayPolicy: 'absorb',
};

function receiveSigned(
  rawBody: Uint8Array | string,
  {
    ageSeconds = 0,
    secret = 'two',
    ...changes
  }: { ageSeconds?: number; secret?: string } & Partial<ReceiveSettings> = {},
) {
  const bytes = Buffer.from(rawBody);
  const timestampSeconds = nowSeconds - ageSeconds;
  const headers: Record<string, string> = signCallback({
    rawBody: bytes,
    secret,
    nonce: 'n',
    timestampSeconds,
  });
  const request = { rawBody: bytes, readHeader: (name: string) => headers[name], receivedAt: now };
  return receive(request, { ...settings, ...changes });
}

describe('receive', () => {
  it('turns a signed request into an event with the facts of its signature', () => {
    expect(receiveSigned('{"app_id":"a","message":{"id":"01M"}}')).toEqual({
      kind: 'verified',
      event: {
        key: expect.stringMatching(/^MESSAGE_INBOUND\.01M\.[0-9a-f]{32}$/),
        trigger: 'MESSAGE_INBOUND',
        entityId: '01M',
        rawBody: { encoding: 'utf8', text: '{"app_id":"a","message":{"id":"01M"}}' },
        receivedAt: now.toISOString(),
        signature: { timestampSeconds: nowSeconds, nonce: 'n', secretPosition: 1, isStale: false },
      },
    });
  });

  it('is not configured without a secret, which is no error of the sender’s', () => {
    expect(receiveSigned('{}', { secrets: [] })).toEqual({ kind: 'unconfigured' });
  });

  it('accepts a stale signature with a flag, because it may carry the only copy', () => {
    const outcome = receiveSigned('{}', { ageSeconds: 301 });
    expect(outcome).toMatchObject({ kind: 'verified', event: { signature: { isStale: true } } });
  });

  it('rejects a stale signature where the policy is to reject', () => {
    const outcome = receiveSigned('{}', { ageSeconds: 301, replayPolicy: 'reject' });
    expect(outcome).toEqual({ kind: 'rejected', cause: 'stale-timestamp' });
  });

  it('accepts a signature from the future with a flag, because our clock must be behind', () => {
    for (const ageSeconds of [-302, -86_400]) {
      const outcome = receiveSigned('{}', { ageSeconds });
      expect(outcome).toMatchObject({
        kind: 'verified',
        event: { signature: { isStale: false, isFuture: true } },
      });
    }
  });

  it('rejects a signature from the future where the policy is to reject', () => {
    const outcome = receiveSigned('{}', { ageSeconds: -302, replayPolicy: 'reject' });
    expect(outcome).toEqual({ kind: 'rejected', cause: 'future-timestamp' });
  });

  it('rejects a secret that is not configured', () => {
    const outcome = receiveSigned('{}', { secret: 'three' });
    expect(outcome).toEqual({ kind: 'rejected', cause: 'signature-mismatch' });
  });

  it.each([
    ['{"new_notification":{"id":"x"}}', 'UNKNOWN', 'UNKNOWN.new_notification.'],
    ['{"message":{"id":"1"},"event":{"id":"2"}}', 'UNKNOWN', 'UNKNOWN.message_event.'],
    ['[]', 'UNKNOWN', 'UNKNOWN.-.'],
    ['{"app_id":"a"}', 'UNKNOWN', 'UNKNOWN.-.'],
    ['{"message":{"id":"', 'UNREADABLE', 'UNREADABLE.-.'],
    ['', 'UNREADABLE', 'UNREADABLE.-.'],
    ['\ufeff{"message":{"id":"1"}}', 'MESSAGE_INBOUND', 'MESSAGE_INBOUND.1.'],
    [
      '{"opt_out_notification":{"request_id":"1"},"opt_in_notification":null}',
      'OPT_OUT',
      'OPT_OUT.1.',
    ],
    [
      '{"event":{},"message":{"id":"1"},"message_redaction":""}',
      'MESSAGE_INBOUND',
      'MESSAGE_INBOUND.1.',
    ],
    ['{"message":{"id":7}}', 'MESSAGE_INBOUND', 'MESSAGE_INBOUND.-.'],
    ['{"message":{"id":"a:b c/d"}}', 'MESSAGE_INBOUND', 'MESSAGE_INBOUND.a_b_c_d.'],
  ])('keeps the signed body %s as %s', (body, trigger, keyStart) => {
    const outcome = receiveSigned(body);
    expect(outcome).toMatchObject({ kind: 'verified', event: { trigger } });
    expect(outcome.kind === 'verified' && outcome.event.key.startsWith(keyStart)).toBe(true);
  });

  it('keeps every byte of any signed body, and gives bodies that differ different keys', () => {
    const keys = new Map<string, string>();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const outcome = receiveSigned(bytes);
        if (outcome.kind !== 'verified') throw new Error(outcome.kind);
        const { key, rawBody } = outcome.event;
        expect(Buffer.from(rawBodyBytes(rawBody))).toEqual(Buffer.from(bytes));
        expect(key).toMatch(/^[A-Za-z0-9_.-]+$/);
        const hex = Buffer.from(bytes).toString('hex');
        expect(keys.get(key) ?? hex).toBe(hex);
        keys.set(key, hex);
      }),
    );
  });
});
