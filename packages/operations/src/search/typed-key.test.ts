import { eventKey } from '@sinch-callbacks/core';
import { describe, expect, it } from 'vitest';
import { readTypedKey } from './typed-key.ts';

const key = eventKey('MESSAGE_DELIVERY', '01JD', Buffer.from('{}'));
const digest = key.slice(-32);

describe('an event key as people type it', () => {
  it('is its digest, whatever stands before or after that', () => {
    for (const typed of [digest, digest.toUpperCase()]) {
      expect(readTypedKey(typed)).toEqual({ digest });
    }
    for (const typed of [key, ` ${key} `, `${key}.r7`]) {
      expect(readTypedKey(typed)).toEqual({ key, digest });
    }
    // Keys that were queued while they ended in all 64 digits.
    const long = key + 'ab'.repeat(16);
    expect(readTypedKey(long)).toEqual({ key: long, digest });
  });

  it('may be the beginning of a digest, or of a key', () => {
    expect(readTypedKey('9f8')).toEqual({ digest: '9f8' });
    expect(readTypedKey('OPT_IN.01J')).toEqual({ beginning: 'OPT_IN.01J' });
    expect(readTypedKey('OPT_IN.01J.9f')).toEqual({ beginning: 'OPT_IN.01J.9f', digest: '9f' });
    expect(readTypedKey('CHANNEL_EVENT.-.9f86')).toMatchObject({ digest: '9f86' });
  });

  it('is none where it finds too much, or has what no key has', () => {
    for (const typed of [
      '',
      'MESSAGE_DELIVERY',
      'MESSAGE_DELIVERY.',
      'OPT_IN.01',
      'X.-.9f',
      'x:y',
    ]) {
      expect(readTypedKey(typed)).toBeUndefined();
    }
  });
});
