import {
  knownTriggers,
  normaliseIdentity,
  orderKeyOf,
  readSinchEvent,
} from '@sinch-callbacks/core';
import { describe, expect, it } from 'vitest';
import { sampleCallback, sampleCallbacks } from './sample-callbacks.ts';

const samples = knownTriggers.flatMap((trigger) =>
  Object.keys(sampleCallbacks[trigger]).map((variant) => {
    const body = JSON.stringify(sampleCallback(trigger, { seed: 'order keys', variant }));
    return { name: `${trigger} ${variant}`, body };
  }),
);

/** Finds the texts of a member at any depth, in the order of the body. */
function textsOf(body: string, pattern: RegExp): readonly string[] {
  return [...body.matchAll(pattern)].flatMap(([, text]) => (text === undefined ? [] : [text]));
}

/** The key that a sample of this body must have, from its text alone. */
function expectedKey(body: string): string | undefined {
  const [conversation] = [
    ...textsOf(body, /"conversation_id":"([^"]+)"/g),
    ...textsOf(body, /"conversation":\{"id":"([^"]+)"/g),
  ];
  if (conversation !== undefined) return `conversation:${conversation}`;
  const [contact] = textsOf(
    body,
    /"(?:contact_id|(?:preserved_)?contact":\{"id|contact_ids)":(?:\[)?"([^"]+)"/g,
  );
  if (contact !== undefined) return `contact:${contact}`;
  const [channel] = textsOf(body, /"channel":"([^"]+)"/g);
  const [identity] = textsOf(body, /"identity":"([^"]+)"/g);
  if (channel === undefined || identity === undefined) return undefined;
  return `identity:${channel}:${normaliseIdentity(channel, identity)}`;
}

function keyOf(body: string): string | undefined {
  const reading = readSinchEvent(body);
  if (reading.kind !== 'known') throw new Error(`${reading.kind}, not known`);
  return orderKeyOf(reading.event);
}

describe('the order key of a sample', () => {
  it.each(samples)('of $name is its conversation, contact or identity', ({ body }) => {
    expect(keyOf(body)).toBe(expectedKey(body));
  });

  it('is of each kind for some of them, and absent for events that concern no person', () => {
    const kinds = samples.map(({ body }) => keyOf(body)?.replace(/:.*/, ''));
    expect(new Set(kinds)).toEqual(new Set(['conversation', 'contact', 'identity', undefined]));
  });
});
