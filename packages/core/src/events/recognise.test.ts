import { describe, expect, it } from 'vitest';
import { recognise } from './recognise.ts';
import { knownTriggers, triggerCatalog } from './triggers.ts';

const absent = [null, {}, ''];

describe('recognise', () => {
  it.each(knownTriggers)('recognises %s beside members that are null, {} or ""', (trigger) => {
    const others = knownTriggers.filter((other) => other !== trigger);
    const siblings = others.map((other, at) => [triggerCatalog[other].topLevelKey, absent[at % 3]]);
    const own = [triggerCatalog[trigger].topLevelKey, { id: 'x' }];
    for (const members of [
      [own, ...siblings],
      [...siblings, own],
    ]) {
      const body = JSON.stringify(Object.fromEntries(members) as object);
      expect(recognise(body)).toMatchObject({ kind: 'known', trigger });
    }
  });

  it('recognises a trigger whose own member is empty, where it is the only one', () => {
    for (const value of absent) {
      expect(recognise(JSON.stringify({ message: value })).kind).toBe('known');
    }
  });

  it('keeps a body with the values of two triggers, or with several empty ones, as unknown', () => {
    expect(recognise('{"message":{"id":"1"},"event":{"id":"2"}}').kind).toBe('unknown');
    expect(recognise('{"message":null,"event":{}}').kind).toBe('unknown');
  });

  it('reads past a byte order mark', () => {
    expect(recognise('\ufeff{"message":{"id":"1"}}')).toMatchObject({
      trigger: 'MESSAGE_INBOUND',
      entityId: '1',
    });
  });

  it.each([
    ['contact_delete_notification', { contact_id: 'x' }],
    ['contact_create_notification', { contact: {}, contact_id: 'x' }],
    ['conversation_start_notification', { conversation_id: 'x' }],
    ['conversation_stop_notification', { conversation: null, conversation_id: 'x' }],
    ['conversation_delete_notification', { conversation_id: 'x' }],
    ['contact_merge_notification', { preserved_contact_id: 'x', deleted_contact_id: 'y' }],
    ['message_submit_notification', { submitted_message: { message_id: 'x' } }],
  ])('finds the id of %s where it stands alone', (topLevelKey, section) => {
    expect(recognise(JSON.stringify({ [topLevelKey]: section }))).toMatchObject({ entityId: 'x' });
  });

  it('bounds an id of any length', () => {
    const recognition = recognise(JSON.stringify({ message: { id: 'é'.repeat(5_000) } }));
    if (recognition.kind !== 'known') throw new Error(recognition.kind);
    expect(Buffer.byteLength(recognition.entityId ?? '')).toBeLessThanOrEqual(200);
  });
});
