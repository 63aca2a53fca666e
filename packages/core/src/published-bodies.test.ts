import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { messageContent } from './bodies/message-content.ts';
import { readSinchEvent } from './bodies/sinch-event.ts';
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

const kinds = [
  ['text_message', 'text'],
  ['media_message', 'media'],
  ['media_card_message', 'mediaCard'],
  ['location_message', 'location'],
  ['choice_response_message', 'choice'],
] as const;

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

  const inbound = files.filter((name) => name.startsWith('MESSAGE_INBOUND__'));

  it.each(inbound)('%s has the content that its name says', (file) => {
    const reading = readSinchEvent(readFileSync(path.join(directory, file), 'utf8'));
    if (reading.kind !== 'known' || reading.event.trigger !== 'MESSAGE_INBOUND') {
      throw new Error(`not an inbound message: ${reading.kind}`);
    }
    const content = messageContent(reading.event);
    expect(content.kind).toBe(kinds.find(([name]) => file.includes(`_${name}_`))?.[1]);
    const { contact_message: message = {} } = reading.event.body;
    const sent = Object.values(message).flatMap((part = {}) => Object.values(part));
    const read: readonly unknown[] = Object.values(content);
    expect(read).toEqual(expect.arrayContaining(sent.filter((value) => typeof value === 'string')));
  });
});
