import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeRawBody, rawBodyText } from './raw-body.ts';
import { recognise } from './recognise.ts';
import { isReconciled, reconciledBody } from './reconciled-body.ts';

const members = fc.record({ message: fc.record({ id: fc.string(), more: fc.jsonValue() }) });

it('is recognised as the callback that it stands in for, and as reconciled', () => {
  fc.assert(
    fc.property(members, (given) => {
      const body = reconciledBody(given);
      const recognition = recognise(rawBodyText(body));
      expect(recognition).toMatchObject({ kind: 'known', trigger: 'MESSAGE_INBOUND' });
      expect(isReconciled(body)).toBe(true);
    }),
  );
});

it('has the same bytes for the same members in any order', () => {
  const one = reconciledBody({ app_id: 'a', message: { id: 'm', metadata: '' } });
  expect(reconciledBody({ message: { metadata: '', id: 'm' }, app_id: 'a' })).toEqual(one);
});

it('never has the bytes of a callback, whatever a contact writes in it', () => {
  const text = '{"callbacks_origin":"RECONCILED",';
  const body = JSON.stringify({ message: { contact_message: { text_message: { text } } } });
  expect(isReconciled(encodeRawBody(Buffer.from(body)))).toBe(false);
});
