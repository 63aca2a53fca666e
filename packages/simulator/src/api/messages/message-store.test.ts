import { expect, test } from 'vitest';
import { createMessageStore, type StoredMessage } from './message-store.ts';

const message = (number: number): StoredMessage => ({
  id: String(number),
  direction: 'TO_CONTACT',
  acceptTime: '2026-01-01T00:00:00Z',
  acceptedAtMs: number,
  channel: 'SMS',
  identity: '1',
  contactId: '',
  conversationId: '',
  mode: 'DISPATCH',
  metadata: '',
  content: {},
  status: undefined,
});

test('the oldest of too many messages are forgotten, and the others keep their positions', () => {
  const store = createMessageStore(10);
  for (let number = 0; number < 12; number += 1) store.add(message(number));
  const listed = (before: number) =>
    [...store.newestFirst(before)].map(([position, { id }]) => [position, Number(id)]);
  expect(listed(Number.POSITIVE_INFINITY).map(([, id]) => id)).toEqual([
    11, 10, 9, 8, 7, 6, 5, 4, 3, 2,
  ]);
  for (const [position, id] of listed(Number.POSITIVE_INFINITY)) expect(position).toBe(id);
  expect(listed(4)).toEqual([
    [3, 3],
    [2, 2],
  ]);
  expect(listed(1)).toEqual([]);
});
