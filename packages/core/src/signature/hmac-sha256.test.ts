import { createHmac, randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { hmacSha256 } from './hmac-sha256.ts';

const byNode = (secret: string, message: Uint8Array | string, tail: string) =>
  createHmac('sha256', secret).update(message).update(tail).digest('hex');

it.each([0, 1, 55, 56, 63, 64, 65, 1_000, 16_380, 16_384, 16_385, 100_000])(
  'is what Node computes, for a message of %i bytes and whatever secret and tail',
  (length) => {
    const message = randomBytes(length);
    for (const secret of [
      '',
      's',
      'ä'.repeat(20),
      'x'.repeat(63),
      'x'.repeat(64),
      'y'.repeat(65),
    ]) {
      for (const tail of ['', '.nonce.1700000000', 'ö'.repeat(150)]) {
        const digest = hmacSha256(secret, message, tail);
        expect(digest.toString('hex')).toBe(byNode(secret, message, tail));
      }
    }
  },
);

it('takes text as its UTF-8 bytes', () => {
  expect(hmacSha256('s', 'Grüße', '.n').toString('hex')).toBe(byNode('s', 'Grüße', '.n'));
});

it('keeps nothing of one message in the next, with more secrets than are remembered', () => {
  for (let n = 0; n < 250; n += 1) {
    const message = randomBytes(250 - n);
    const digest = hmacSha256(`secret ${n % 125}`, message, '.n');
    expect(digest.toString('hex')).toBe(byNode(`secret ${n % 125}`, message, '.n'));
  }
});

// RFC 4231, test case 2.
it('is the published digest of a published message', () => {
  expect(hmacSha256('Jefe', 'what do ya want ', 'for nothing?').toString('hex')).toBe(
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  );
});
