import { decideEvent, isReconciled, rawBodyText } from '@sinch-callbacks/core';
import type { MessageEntry } from '@sinch-callbacks/sinch-api';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectedCallbackOf, makeEvent } from './make-event.ts';

const app = { appId: '01APP', projectId: 'project' };
const now = new Date('2026-01-02T03:04:05.678Z');

const inbound: MessageEntry = {
  id: '01M',
  direction: 'TO_APP',
  contact_message: { text_message: { text: '2026-11-27' } },
  channel_identity: { channel: 'SMS', identity: '15551230001', app_id: '' },
  contact_id: '',
  metadata: '',
  accept_time: '2026-01-02T03:00:00.1234567Z',
  processing_mode: 'DISPATCH',
};

function make(entry: MessageEntry) {
  const expected = expectedCallbackOf(entry);
  if ('reason' in expected) return { kind: 'unusable' as const, reason: expected.reason };
  return makeEvent(entry, expected, app, now);
}

function madeFrom(entry: MessageEntry) {
  const made = make(entry);
  if (made.kind !== 'event') throw new Error(made.reason);
  return { ...made, body: JSON.parse(rawBodyText(made.event.rawBody)) };
}

describe('the event of a listed message', () => {
  it('has the shape of its MESSAGE_INBOUND, with all that the list says', () => {
    const { event, body } = madeFrom(inbound);
    expect(event).toMatchObject({ trigger: 'MESSAGE_INBOUND', entityId: '01M' });
    expect(body).toMatchObject({
      app_id: '01APP',
      project_id: 'project',
      accepted_time: inbound.accept_time,
      message: inbound,
    });
    expect(isReconciled(event.rawBody)).toBe(true);
  });

  it('has the shape of its MESSAGE_SUBMIT, with the marker that settles its row', () => {
    const { contact_message: content, ...rest } = inbound;
    const metadata = 'sc:018f4e5e-0000-7000-8000-000000000001;order-7';
    const sent = { ...rest, metadata, direction: 'TO_CONTACT', app_message: content ?? {} };
    const { event } = madeFrom(sent);
    const decision = decideEvent(event);
    expect(decision.kind === 'apply' && decision.facts.messages).toMatchObject([
      {
        sinchMessageId: '01M',
        direction: 'TO_CONTACT',
        outboundId: '018f4e5e-0000-7000-8000-000000000001',
        metadata: 'order-7',
        content: { text: '2026-11-27' },
      },
    ]);
  });

  it('has the same key whenever it is made, and whatever its status is by then', () => {
    const later = { ...inbound, message_status: { status: 'READ' } };
    expect(madeFrom(later).event.key).toBe(madeFrom(inbound).event.key);
  });

  it.each<[string, object]>([
    ['it has no id', { ...inbound, id: undefined }],
    ['its id cannot be stored', { ...inbound, id: 'a\u0000b' }],
    ['it has no known direction', { ...inbound, direction: 'UNDEFINED_DIRECTION' }],
    ['it has no content', { ...inbound, contact_message: {} }],
    [
      'it has no channel',
      {
        ...inbound,
        direction: 'TO_CONTACT',
        app_message: { text_message: {} },
        channel_identity: undefined,
      },
    ],
    [
      'it is too large',
      { ...inbound, contact_message: { text_message: { text: 'x'.repeat(1_100_000) } } },
    ],
  ])('is refused where %s', (reason, entry) => {
    expect(make(entry as MessageEntry)).toEqual({ kind: 'unusable', reason });
  });

  it('is made of any message that has an id, a direction and a content of any kind', () => {
    const anyEntry = fc.record({
      id: fc.stringMatching(/^[\dA-Z]{1,26}$/),
      direction: fc.constant('TO_APP'),
      contact_message: fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }),
      accept_time: fc.jsonValue(),
      metadata: fc.jsonValue(),
      channel_identity: fc.jsonValue(),
    });
    fc.assert(
      fc.property(anyEntry, (entry) => {
        expect(make(entry as unknown as MessageEntry).kind).toBe('event');
      }),
    );
  });

  it('never throws, whatever Sinch lists', () => {
    const anything = fc.oneof(
      fc.jsonValue(),
      fc.record({
        id: fc.string(),
        direction: fc.constantFrom('TO_APP', 'TO_CONTACT'),
        contact_message: fc.jsonValue(),
        app_message: fc.jsonValue(),
        channel_identity: fc.jsonValue(),
      }),
    );
    fc.assert(
      fc.property(anything, (entry) => {
        expect(['event', 'unusable']).toContain(make(entry as MessageEntry).kind);
      }),
    );
    const deep = JSON.parse(`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`) as object;
    expect(make({ ...inbound, contact_message: deep })).toMatchObject({ kind: 'unusable' });
  });
});
