import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { signatureHeaders, signCallback } from './sign-callback.ts';
import { findHeaderFault, verifySignature } from './verify-signature.ts';

const rawBody = Buffer.from('{"app_id":"01TESTAPP","text":"Grüße"}');
const secret = 'kept for tests';
const signed = signCallback({
  rawBody,
  secret,
  nonce: '01TESTNONCE',
  timestampSeconds: 1_700_000_000,
});

function verify(body: Uint8Array, headers: Record<string, string>, secrets = [secret]) {
  return verifySignature(body, (name) => headers[name], secrets);
}

describe('verifySignature', () => {
  it('agrees with OpenSSL: HMAC-SHA256 of body.nonce.timestamp under the UTF-8 secret', () => {
    // printf '%s' '{"app_id":"01TESTAPP","text":"Grüße"}.01TESTNONCE.1700000000' |
    //   openssl dgst -sha256 -hmac 'kept for tests' -binary | base64
    expect(signed[signatureHeaders.signature]).toBe('JFKn7CUMFQ9SeRakedtMdP33AIvLrqNSOc5ci3S4wGE=');
  });

  it('accepts what was signed and says when, with which nonce and by which secret', () => {
    expect(verify(rawBody, signed, ['another', secret])).toEqual({
      kind: 'valid',
      secretPosition: 1,
      timestampSeconds: 1_700_000_000,
      nonce: '01TESTNONCE',
    });
  });

  it('refuses a body in which any one bit is another', () => {
    fc.assert(
      fc.property(fc.nat(rawBody.length * 8 - 1), (bit) => {
        const changed = Buffer.from(rawBody);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(verify(changed, signed)).toEqual({ kind: 'invalid', cause: 'signature-mismatch' });
      }),
    );
  });

  it.each(Object.values(signatureHeaders))('refuses a request without %s', (name) => {
    const headers = { ...signed, [name]: '' };
    expect(verify(rawBody, headers)).toEqual({
      kind: 'invalid',
      cause: 'missing-signature-headers',
    });
  });

  it('never takes the hash from the request', () => {
    const headers = { ...signed, [signatureHeaders.algorithm]: 'HmacSHA1' };
    expect(verify(rawBody, headers)).toEqual({ kind: 'invalid', cause: 'unsupported-algorithm' });
  });

  it.each([
    [signatureHeaders.signature, 'not base64 of 32 bytes'],
    [signatureHeaders.signature, `${signed[signatureHeaders.signature]}, twice`],
    [signatureHeaders.timestamp, '17e8'],
    [signatureHeaders.timestamp, '-1700000000'],
    [signatureHeaders.nonce, 'with space'],
    [signatureHeaders.nonce, 'x'.repeat(129)],
  ])('refuses the malformed header %s: %s', (name, value) => {
    const headers = { ...signed, [name]: value };
    expect(verify(rawBody, headers)).toEqual({
      kind: 'invalid',
      cause: 'malformed-signature-headers',
    });
  });

  it.each(Object.values(signatureHeaders))('takes equal copies of %s for one', (name) => {
    const value = signed[name];
    for (const copies of [[value, value], Array<string>(20).fill(value)]) {
      const headers = { ...signed, [name]: copies.join(', ') };
      expect(verify(rawBody, headers)).toMatchObject({ kind: 'valid', secretPosition: 0 });
      expect(findHeaderFault((asked) => headers[asked as keyof typeof headers])).toBeUndefined();
    }
  });

  it.each(Object.values(signatureHeaders))('refuses copies of %s that differ', (name) => {
    const other = name === signatureHeaders.timestamp ? '1700000001' : `${signed[name]}x`;
    for (const copies of [
      [signed[name], other],
      [other, signed[name]],
      [signed[name], ''],
    ]) {
      const headers = { ...signed, [name]: copies.join(', ') };
      expect(verify(rawBody, headers)).toMatchObject({ kind: 'invalid' });
    }
  });

  it.each([signatureHeaders.timestamp, signatureHeaders.nonce])('covers %s', (name) => {
    const headers = { ...signed, [name]: '1700000001' };
    expect(verify(rawBody, headers)).toEqual({ kind: 'invalid', cause: 'signature-mismatch' });
  });

  it('accepts nothing where there is no secret', () => {
    expect(verify(rawBody, signed, [])).toEqual({ kind: 'invalid', cause: 'signature-mismatch' });
  });

  it.each([
    ['the first', [secret, 'second', 'third']],
    ['the last', ['first', 'second', secret]],
    ['none', ['first', 'second', 'third']],
  ])('compares with every secret in constant time, whichever signed it: %s', (_, secrets) => {
    const compare = vi.spyOn(crypto, 'timingSafeEqual');
    syncBuiltinESMExports();
    try {
      verify(rawBody, signed, secrets);
      const claimed = Buffer.from(signed[signatureHeaders.signature], 'base64');
      expect(compare.mock.calls).toHaveLength(3);
      expect(new Set(compare.mock.calls.map(([computed]) => JSON.stringify(computed))).size).toBe(
        3,
      );
      for (const [computed, against] of compare.mock.calls) {
        expect(computed.byteLength).toBe(32);
        expect(against).toEqual(claimed);
      }
    } finally {
      compare.mockRestore();
      syncBuiltinESMExports();
    }
  });
});

describe('findHeaderFault', () => {
  it('finds nothing where some body could verify', () => {
    expect(findHeaderFault((name) => signed[name as keyof typeof signed])).toBeUndefined();
  });

  it('finds before the body what verifySignature would find after it', () => {
    const names = Object.values(signatureHeaders);
    const value = fc.constantFrom(undefined, '', 'x', 'HmacSHA1', '1', 'a b', `${'A'.repeat(43)}=`);
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), value), (changes) => {
        const headers: Record<string, string | undefined> = { ...signed, ...changes };
        const verdict = verifySignature(rawBody, (name) => headers[name], [secret]);
        const isOfHeaders = verdict.kind === 'invalid' && verdict.cause !== 'signature-mismatch';
        expect(findHeaderFault((name) => headers[name])).toBe(
          isOfHeaders ? verdict.cause : undefined,
        );
      }),
    );
  });
});
