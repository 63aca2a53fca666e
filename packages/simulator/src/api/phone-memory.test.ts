import { expect, test } from 'vitest';
import { createPhoneMemory } from './phone-memory.ts';

test('the oldest of too many messages are forgotten, and counted', () => {
  const memory = createPhoneMemory(10);
  const add = (phone: string, messageId: string) =>
    memory.add(phone, { messageId, metadata: '', text: 'x'.repeat(5_000), failed: false });
  add('SMS:1', 'first');
  add('SMS:2', 'second');
  add('SMS:1', 'third');
  expect(memory.forgotten()).toBe(0);

  for (let number = 0; number < 9; number += 1) add('SMS:3', String(number));

  const { 'SMS:1': one = [], 'SMS:2': two, 'SMS:3': three = [] } = memory.snapshot();
  expect(one.map(({ messageId }) => messageId)).toEqual(['third']);
  expect(two).toBeUndefined();
  expect(three).toHaveLength(9);
  expect(three[0]?.text).toHaveLength(4_096);
  expect(memory.forgotten()).toBe(2);
});
