import { expect, test } from 'vitest';
import { createContactBook } from './contact-book.ts';

test('the oldest contacts are forgotten where there are too many, with all their identities', () => {
  let made = 0;
  const book = createContactBook(() => String((made += 1)), 3);
  const sms = (identity: string) => ({ channel: 'SMS', identity });
  const first = book.add('CONVERSATION', [sms('1'), { channel: 'RCS', identity: '1' }]);
  const second = book.add('CONVERSATION', [sms('2')]);
  expect(book.find('CONVERSATION', [sms('+1')])).toBe(first);

  book.add('CONVERSATION', [sms('3')]);

  expect(book.find('CONVERSATION', [sms('1'), { channel: 'RCS', identity: '1' }])).toBeUndefined();
  expect(book.findContact(first.contactId)).toBeUndefined();
  expect(book.findContact(second.contactId)).toBe(second);
});
