import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { read } from '../bodies/sinch-event.fixture.ts';
import { occurrenceOf } from './occurrence.ts';
import { knownTriggers, triggerCatalog } from './triggers.ts';

function occurrence(body: object | string): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return occurrenceOf(read(text), text);
}

const inbound = (message: object, envelope: object = {}) =>
  occurrence({ ...envelope, message: { contact_id: 'c', ...message } });
const report = (message_delivery_report: object, envelope: object = {}) =>
  occurrence({ ...envelope, message_delivery_report });

/** Writes JSON as another program might: members in reverse, spaces, escapes, longer numbers. */
function rewritten(value: unknown): string {
  if (typeof value === 'number') return String(value).replace(/^(-?\d+)$/, '$1.0');
  if (typeof value === 'string') return JSON.stringify(value).replaceAll('a', String.raw`\u0061`);
  if (Array.isArray(value)) return `[ ${value.map(rewritten).join(' ,\n')} ]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, one]) => `${rewritten(name)} : ${rewritten(one)}`,
  );
  return `{\t${members.toReversed().join(',')}}`;
}

const id = fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('01A', '01A,01B', '["', '"'));
const status = fc.constantFrom('DELIVERED', 'READ', 'FAILED', 'READ,"SMS"');
const channel = fc.constantFrom('SMS', 'RCS', 'WHATSAPP', '');

describe('occurrenceOf', () => {
  it.each(knownTriggers)('is the same for every serialisation of a %s', (trigger) => {
    const { topLevelKey } = triggerCatalog[trigger];
    const body = fc.record({ [topLevelKey]: fc.jsonValue(), event_time: fc.jsonValue() });
    fc.assert(
      fc.property(body, (sent) => {
        expect(occurrence(sent)).toMatch(/^[0-9a-f]{32}$/);
        expect(occurrence(rewritten(sent))).toBe(occurrence(sent));
      }),
    );
  });

  it('is the same for every copy of an inbound message, and another for another id', () => {
    const first = inbound({ id: '01A' });
    expect(inbound({ metadata: 'more', id: '01A' }, { event_time: 'later' })).toBe(first);
    fc.assert(
      fc.property(id, id, (one, other) => {
        expect(inbound({ id: one }) === inbound({ id: other })).toBe(one === other);
      }),
    );
  });

  it('is another for the redaction of a message, which has its id', () => {
    expect(occurrence({ message_redaction: { id: '01A' } })).not.toBe(inbound({ id: '01A' }));
  });

  it('is the same for the reports of one message, status and channel, and no others', () => {
    const one = fc.record({ message_id: id, status, channel });
    const reportOf = ({ channel: name, ...fields }: { channel: string }, more: object = {}) =>
      report({ ...fields, channel_identity: { channel: name, identity: '1' } }, more);
    fc.assert(
      fc.property(one, one, (first, second) => {
        const isSame = JSON.stringify(first) === JSON.stringify(second);
        expect(reportOf(first) === reportOf(second, { event_time: 'later' })).toBe(isSame);
      }),
    );
  });

  it('is the same for every copy of a submitted message on one channel, and no others', () => {
    const submit = (fields: object, envelope: object = {}) =>
      occurrence({ ...envelope, message_submit_notification: fields });
    const first = submit({ message_id: 'm', channel_identity: { channel: 'SMS' } });
    const more = { message_id: 'm', channel: 'SMS', submitted_message: { text: 'Hi' } };
    expect(submit(more, { event_time: 'later' })).toBe(first);
    expect(submit({ message_id: 'm', channel_identity: { channel: 'RCS' } })).not.toBe(first);
    expect(submit({ message_id: 'n', channel_identity: { channel: 'SMS' } })).not.toBe(first);
    expect(submit({ message_id: 'm' })).not.toBe(first);
  });

  it('reads the channel of a report in its old shape too', () => {
    const fields = { message_id: 'm', status: 'READ' };
    const old = report({ ...fields, channel: 'SMS' });
    expect(report({ ...fields, channel_identity: { channel: 'SMS' } })).toBe(old);
    expect(report({ ...fields, channel: 'RCS' })).not.toBe(old);
    expect(report(fields)).not.toBe(old);
  });

  it('tells things without an id apart by all that their body says', () => {
    const others = [
      inbound({ sender_id: 'a' }),
      inbound({ sender_id: 'b' }),
      inbound({ sender_id: 'b' }, { event_time: 'later' }),
      report({ message_id: 'm', channel: 'SMS' }),
      report({ status: 'READ', channel: 'SMS' }),
      occurrence({ contact_update_notification: { contact: { id: 'c' } }, accepted_time: '1' }),
      occurrence({ contact_update_notification: { contact: { id: 'c' } }, accepted_time: '2' }),
      occurrence({ contact_create_notification: { contact: { id: 'c' } }, accepted_time: '1' }),
      occurrence('{"capability_notification":{"n":9007199254740993}}'),
      occurrence('{"capability_notification":{"n":9007199254740992}}'),
      occurrence('{"capability_notification":{"n":"9007199254740992"}}'),
    ];
    expect(new Set(others).size).toBe(others.length);
  });

  it('never throws, however deep the body is nested', () => {
    const nested = (depth: number, end: string) =>
      `{"opt_out_notification":{"deep":${'['.repeat(depth)}${end}${']'.repeat(depth)}}}`;
    for (const depth of [400, 600, 100_000]) {
      const first = occurrence(nested(depth, '1'));
      expect(occurrence(nested(depth, '1'))).toBe(first);
      expect(occurrence(nested(depth, '2'))).not.toBe(first);
    }
    expect(occurrence(nested(400, ' 1.0 '))).toBe(occurrence(nested(400, '1')));
  });
});
