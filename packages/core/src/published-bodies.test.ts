import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { decideEvent } from './decide/decide-event.ts';
import { receive } from './receive.ts';
import { signatureHeaders, signCallback } from './signature/sign-callback.ts';

/** Bodies that Sinch and its SDKs have published are not committed; they are read where present. */
const directory =
  process.env['SINCH_PAYLOADS_DIR'] ??
  path.resolve(import.meta.dirname, '../../../../shared/payloads');
const files = existsSync(directory)
  ? readdirSync(directory).filter((name) => name.endsWith('.json'))
  : [];

/** Secret, nonce, timestamp and signatures from the tests of Sinch's SDKs for Node and Python. */
const published = { secret: 'foo_secret1234', nonce: '01FJA8B4A7BM43YGWSG9GBV067' };
const timestampSeconds = 1_634_579_353;
const vectors = {
  'CONTACT_CREATE__SMS__signatureVector.raw.json': '6bpJoRmFoXVjfJIVglMoJzYXxnoxRujzR4k2GOXewOE=',
  'MESSAGE_DELIVERY__QUEUED_ON_CHANNEL__signatureVector.raw.json':
    'Yc+3R1pIS78xLASybulhs8BsSo9BPB3Pr92QCUoczfk=',
};

describe.skipIf(files.length === 0)('the bodies in SINCH_PAYLOADS_DIR', () => {
  it.each(Object.entries(vectors))('%s has the published signature', (file, signature) => {
    const rawBody = readFileSync(path.join(directory, file));
    const headers = signCallback({ rawBody, ...published, timestampSeconds });
    expect(headers[signatureHeaders.signature]).toBe(signature);
  });

  it.each(files)(
    '%s is received as the trigger that its name says, and none is refused',
    (file) => {
      const rawBody = readFileSync(path.join(directory, file));
      const headers: Record<string, string> = signCallback({
        rawBody,
        ...published,
        timestampSeconds,
      });
      const outcome = receive(
        {
          rawBody,
          readHeader: (name) => headers[name],
          receivedAt: new Date(timestampSeconds * 1000),
        },
        { secrets: [published.secret], timestampToleranceSeconds: 300, replayPolicy: 'reject' },
      );
      if (outcome.kind !== 'verified') throw new Error(`not verified: ${outcome.kind}`);
      expect(outcome.event.trigger).toBe(file.split('__')[0]);
      expect(decideEvent(outcome.event).kind).not.toBe('refuse');
    },
  );
});
